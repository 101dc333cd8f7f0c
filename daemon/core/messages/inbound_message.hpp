// A customer's message (or one that a colleague sent by another program) enters its conversation.
#pragma once

#include <optional>

#include "daemon/core/context.hpp"
#include "daemon/core/messages/history.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// The raw original of the request at work, stored when first asked for.
class OriginalSource {
 public:
  virtual ~OriginalSource() = default;
  virtual RawOriginalId id() = 0;
};

/// Nothing when an echo speaks of a message that we have. `history`: null for news.
std::optional<MessageId> receive_message(Context& context, const ChannelDirectory& channels, const Inbox& inbox,
                                         const MessageReceived& event, OriginalSource& original,
                                         const History* history = nullptr);

/// Those of that message: to be fetched, or ready at once where the bytes came with it.
void insert_attachments(Context& context, const std::vector<InboundAttachment>& attachments, const Message& message);

/// The context with the contact as actor, for what customers do.
Context as_contact(Context& context, ContactId contact, std::string_view cause);

}  // namespace inboxd::core
