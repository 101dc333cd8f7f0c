// What agents write: replies, notes, first messages, and changes to what they sent. Each becomes rows and, where the
// customer shall see it, a row of the outbox, in one transaction before any network is touched.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/context.hpp"
#include "daemon/core/messages/recipients.hpp"

namespace inboxd::core {

inline constexpr std::size_t text_bytes_max = 100'000;  // beyond what any channel takes
inline constexpr std::size_t attachments_max = 20;      // per message

struct SendMessage {
  ConversationId conversation;
  std::string text;
  std::string html;
  bool note = false;
  std::vector<AttachmentId> attachments;
  std::optional<MessageId> reply_to;
  std::optional<OutboundTemplate> message_template;
  std::optional<Cursor> if_seen;
  Recipients recipients = {};
};

/// What a command of this folder knows besides its arguments.
struct ReplySurroundings {
  const ChannelDirectory& channels;
  std::string epoch;
};

Result<Outcome> send_message(Context& context, const Agent& principal, const SendMessage& command,
                             const ReplySurroundings& surroundings);

struct StartConversation {
  std::string inbox;
  std::string to;
  std::string text;
  std::string subject;
  std::optional<OutboundTemplate> message_template;
  Recipients copies = {};  // cc and bcc
};
Result<Outcome> start_conversation(Context& context, const Agent& principal, const StartConversation& command,
                                   const ReplySurroundings& surroundings);

/// Edits and deletions reach the customer first: the message changes here when the provider has agreed.
struct EditMessage {
  MessageId message;
  std::string text;
  std::string html;
};
Result<Outcome> edit_message(Context& context, const Agent& principal, const EditMessage& command,
                             const ReplySurroundings& surroundings);
Result<Outcome> delete_message(Context& context, const Agent& principal, MessageId message,
                               const ReplySurroundings& surroundings);
/// Empty takes it back.
struct ReactToMessage {
  MessageId message;
  std::string emoji;
};
Result<Outcome> react_to_message(Context& context, const Agent& principal, const ReactToMessage& command,
                                 const ReplySurroundings& surroundings);

/// The message, if the principal may see its inbox.
Result<Message> visible_message(const storage::Tables& tables, const Agent& principal, MessageId id);

}  // namespace inboxd::core
