// Messages, the provider's ids for them, and reactions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/agent.hpp"
#include "schemas/types/message.hpp"

namespace inboxd::storage {

enum class MessageOrder { oldest_first, newest_first };

struct MessagePage {
  MessageOrder order = MessageOrder::oldest_first;
  std::optional<MessageId> after;
  int limit = 50;
};

/// A receipt for an id that we do not know yet: kept until the answer of our own request names the message.
struct ParkedReceipt {
  DeliveryState state = DeliveryState::sent;
  std::optional<DeliveryReason> reason;
  Timestamp at;
};

/// An edit, a deletion or a reaction that overtook its message. `event` is opaque here.
struct ParkedChange {
  std::string event;
  RawOriginalId original;
  Timestamp at;
};

class MessageTable {
 public:
  virtual ~MessageTable() = default;
  /// With attachments, reactions, author's name and delivery.
  [[nodiscard]] virtual std::optional<Message> find(MessageId id) const = 0;
  [[nodiscard]] virtual std::optional<MessageId> find_by_external(InboxId inbox,
                                                                  std::string_view external_id) const = 0;
  [[nodiscard]] virtual std::vector<Message> of_conversation(ConversationId id, const MessagePage& page) const = 0;
  /// A contact's whole history over the inboxes that the viewer sees.
  [[nodiscard]] virtual std::vector<Message> of_contact(ContactId id, const Agent& viewer,
                                                        const MessagePage& page) const = 0;
  [[nodiscard]] virtual std::vector<std::string> external_ids(MessageId id) const = 0;
  /// Whether this contact wrote a message of this conversation.
  [[nodiscard]] virtual bool wrote_in(ConversationId id, ContactId author) const = 0;
  /// Answers that no person wrote, to this identity since then.
  [[nodiscard]] virtual int automatic_answers(IdentityId to, Timestamp since) const = 0;
  /// … to anybody of this inbox.
  [[nodiscard]] virtual int automatic_answers(InboxId inbox, Timestamp since) const = 0;
  /// External id of the newest incoming message, empty when there is none.
  [[nodiscard]] virtual std::string newest_incoming_external_id(ConversationId id) const = 0;

  /// Assigns the id; external_id is registered for find_by_external; attachments and reactions apart.
  virtual MessageId insert(const Message& message) = 0;
  /// kind, text, html, content, edited_at, deleted_at, version.
  virtual void update(const Message& message) = 0;
  /// To another conversation of its inbox, with the version that it then has.
  virtual void move(MessageId id, ConversationId to, std::int64_t version) = 0;
  /// State, attempt, reason and version; external ids are added by add_external_ids.
  virtual void update_delivery(MessageId id, const Delivery& delivery, std::int64_t version) = 0;
  /// The first also becomes the message's external_id when it had none.
  virtual void add_external_ids(MessageId id, const std::vector<std::string>& external_ids) = 0;
  /// One author's reactions become exactly these.
  virtual void set_reactions(MessageId id, const Author& author, const std::vector<std::string>& emojis,
                             Timestamp at) = 0;

  virtual void park_receipt(InboxId inbox, std::string_view external_id, const ParkedReceipt& receipt) = 0;
  /// Removes and returns what was parked, oldest first.
  virtual std::vector<ParkedReceipt> take_parked_receipts(InboxId inbox, std::string_view external_id) = 0;
  virtual void park_change(InboxId inbox, std::string_view external_id, const ParkedChange& change) = 0;
  /// Removes and returns what was parked, oldest first.
  virtual std::vector<ParkedChange> take_parked_changes(InboxId inbox, std::string_view external_id) = 0;

  /// This message names others that are not here; known for a week.
  virtual void await_references(MessageId id, InboxId inbox, const std::vector<std::string>& external_ids,
                                Timestamp at) = 0;
  /// Who named this id while it was not here; the oldest ten.
  [[nodiscard]] virtual std::vector<MessageId> awaiting(InboxId inbox, std::string_view external_id) const = 0;
};

}  // namespace inboxd::storage
