// One call of the Bot API as a transfer, and its answer sorted by what happened. Used by every file here that talks
// to Telegram. https://core.telegram.org/bots/api#making-requests
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "connectors/sdk/transfer.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

/// Whether the customer sees something of a call; one without is safe to make twice.
enum class Effect { visible, none };

Transfer call(const BotSettings& settings, std::string_view method, const boost::json::object& parameters,
              Effect effect);
Transfer upload(const BotSettings& settings, std::string_view method, FormBody form);

enum class AnswerKind {
  ok,       // "ok": true with a result
  refused,  // an error answer: nothing was done
  not_sent,
  lost,  // no answer, or one that tells nothing
  blob_gone,
};

struct ApiAnswer {
  AnswerKind kind = AnswerKind::lost;
  boost::json::value result;
  int code = 0;             // error_code, or the HTTP status where the body has none
  std::string description;  // Telegram's sentence, or ours
  Milliseconds retry_after{0};
  std::int64_t migrate_to_chat_id = 0;
};

ApiAnswer read_answer(const Exchange& exchange);

/// Whether Telegram's description has these words in it, whatever their case.
bool says(const ApiAnswer& answer, std::string_view words);

}  // namespace inboxd::connectors::telegram
