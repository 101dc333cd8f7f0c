// A visitor's message enters their conversation, once however often it is sent. Called by daemon/visitors.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/sdk/visitors.hpp"
#include "daemon/core/context.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::core {

inline constexpr std::size_t visitor_text_characters_max = 10'000;
inline constexpr std::size_t visitor_attachments_max = 10;  // per message

struct VisitorSays {
  VisitorId visitor;
  std::string client_msg_id;  // the client's own id of it: a UUID, new for each new message
  std::string text;
  std::vector<AttachmentId> attachments;      // uploads of this visitor's
  std::map<std::string, std::string> fields;  // answers to the questions before the first message
  std::string page;                           // where they were when they began
  std::string raw;                            // what the client sent, kept for a set time
};
struct Said {
  Visitor visitor;
  ConversationId conversation;
  MessageId message;
  std::int64_t seq = 0;
};
Result<Said> visitor_says(Context& context, const ChannelDirectory& channels, InboxId inbox,
                          const VisitorSays& command);

}  // namespace inboxd::core
