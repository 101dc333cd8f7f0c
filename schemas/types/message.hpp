// A message of any kind and direction, its attachments, reactions and delivery, as stored and as clients see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/types/content.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

struct Author {
  AuthorKind kind = AuthorKind::system;
  std::int64_t id = 0;  // of a contact or an agent; 0 for bot and system
  std::string name;     // read only: joined

  friend bool operator==(const Author&, const Author&) = default;
};

struct Attachment {
  AttachmentId id;
  std::string name;
  std::string mime;
  std::uint64_t size = 0;  // bytes; 0 while unknown
  AttachmentState state = AttachmentState::pending;
  std::string content_id = {};  // the message's html shows it as cid:…, without angle brackets

  friend bool operator==(const Attachment&, const Attachment&) = default;
};

struct Reaction {
  std::string emoji;
  Author author;

  friend bool operator==(const Reaction&, const Reaction&) = default;
};

struct DeliveryReason {
  std::string code;    // stable: "cancelled", "held", "window_closed", the connector's
  std::string detail;  // a sentence for the agent

  friend bool operator==(const DeliveryReason&, const DeliveryReason&) = default;
};

struct Delivery {
  DeliveryState state = DeliveryState::queued;
  int attempt = 1;
  std::vector<std::string> external_ids;
  std::optional<DeliveryReason> reason;

  friend bool operator==(const Delivery&, const Delivery&) = default;
};

struct Message {
  MessageId id;
  ConversationId conversation;
  InboxId inbox;
  Direction direction = Direction::in;
  MessageKind kind = MessageKind::text;
  bool note = false;
  Author author;
  std::string text;
  std::string html;
  Content content;
  std::optional<std::string> group;
  std::vector<Attachment> attachments;
  std::vector<Reaction> reactions;
  std::optional<MessageId> reply_to;
  std::optional<std::string> external_id;
  std::optional<Delivery> delivery;  // outgoing messages only
  Timestamp created_at;
  Timestamp received_at;
  std::optional<Timestamp> edited_at;
  std::optional<Timestamp> deleted_at;
  std::int64_t version = 1;

  friend bool operator==(const Message&, const Message&) = default;
};

}  // namespace inboxd
