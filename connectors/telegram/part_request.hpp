// One part of a reply as the request that sends it.
#pragma once

#include "connectors/sdk/transfer.hpp"
#include "connectors/telegram/address.hpp"
#include "connectors/telegram/parts.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

struct PartTarget {
  ChatAddress chat;
  std::int64_t topic_id = 0;  // 0: none
  std::int64_t reply_to = 0;  // a message of that chat; 0: none
};

Transfer part_request(const BotSettings& settings, const Part& part, const PartTarget& target);

}  // namespace inboxd::connectors::telegram
