// What a connector makes of a provider's request: events in our words. Ingest turns each into a command.
//
// Every event carries a `dedupe_key`, unique within its inbox (an edit, a status, a reaction has its own), and an
// `account`: the provider's id of the account it is for, empty for the inbox that received it. Provider ids are
// opaque text. Times are the provider's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/types/blob.hpp"
#include "schemas/types/content.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

/// A person or a group as the channel knows it. `handle` is the provider's most stable id; `aliases` are further ids
/// of the same person, any of which may arrive alone later. `verified` says that the channel itself vouches for it.
struct InboundIdentity {
  std::string handle;
  std::vector<std::string> aliases;
  std::string name;
  std::string username;
  std::string phone;     // E.164 with "+", empty when unknown
  std::string language;  // BCP 47, empty when unknown
  bool verified = true;

  friend bool operator==(const InboundIdentity&, const InboundIdentity&) = default;
};

/// Bytes that stay with the provider until they are fetched. `reference` is whatever the connector's FetchesMedia
/// needs to find them again; it is stored, never shown.
struct InboundAttachment {
  std::string reference;
  std::string name;
  std::string mime;
  std::optional<std::uint64_t> size;
  std::string sha256;  // lowercase hex where the provider gives it
  /// The bytes came with the message and are in the store: nothing is fetched, `reference` is empty.
  std::optional<BlobRef> blob = {};
  std::string content_id = {};  // the html shows it as cid:…, without angle brackets

  friend bool operator==(const InboundAttachment&, const InboundAttachment&) = default;
};

/// What a message says of where it belongs, on channels whose customers keep several conversations apart. Core tries
/// them in this order, within the inbox, and records which one held.
struct PlacementHints {
  std::string conversation;             // an id that carried a signature of ours and was checked: "cv_9"
  std::vector<std::string> references;  // external ids of earlier messages, the most telling first, at most 50
  std::int64_t ticket_number = 0;       // counts only when the sender has a part in that conversation
  std::string subject;                  // without prefixes, for a fallback that is off when empty

  friend bool operator==(const PlacementHints&, const PlacementHints&) = default;
};

/// A program wrote it. reply: it answers something of ours by itself, and reopens nothing. notice: a form, an alert, a
/// list; a message as any other. Neither is ever answered automatically.
enum class Automation { none, reply, notice };

template <>
struct EnumNames<Automation> {
  static constexpr std::array<std::pair<Automation, std::string_view>, 3> table{{
      {Automation::none, "none"},
      {Automation::reply, "reply"},
      {Automation::notice, "notice"},
  }};
};

struct EventOrigin {
  std::string dedupe_key;
  std::string account;

  friend bool operator==(const EventOrigin&, const EventOrigin&) = default;
};

/// A message from a customer, or (direction out) one that somebody of the company sent by another program.
struct MessageReceived {
  EventOrigin origin;
  Direction direction = Direction::in;
  std::string external_id;
  /// Where an answer goes and which conversation this belongs to: the chat. With direct messages, the sender's handle.
  InboundIdentity thread;
  /// Absent: the thread is the sender (a direct chat).
  std::optional<InboundIdentity> sender;
  MessageKind kind = MessageKind::text;
  std::string text;
  /// Only b, i, u, s, code, pre, a[href], blockquote, br, span; an email's is whatever was sent, and whoever shows it
  /// makes it safe first. Empty when the text says it all.
  std::string html;
  Content content;
  std::vector<InboundAttachment> attachments;
  std::string reply_to;  // external id
  std::string group;     // album
  Timestamp created_at;
  /// Opens the channel's reply window (WhatsApp: yes for messages and calls, no for echoes).
  bool opens_reply_window = true;
  std::string subject = {};  // names a conversation that this message opens
  /// Absent: it belongs to the newest conversation with the thread.
  std::optional<PlacementHints> placement = {};
  Automation automation = Automation::none;

  friend bool operator==(const MessageReceived&, const MessageReceived&) = default;
};

/// The files of an edited message as they are now, replaced or not, with the kind that they make it.
struct EditedFiles {
  MessageKind kind = MessageKind::file;
  Content content;
  std::vector<InboundAttachment> attachments;

  friend bool operator==(const EditedFiles&, const EditedFiles&) = default;
};

struct MessageEdited {
  EventOrigin origin;
  std::string external_id;
  std::string text;
  std::string html;
  /// Present where the edit replaced what the kind carries, such as a live location.
  std::optional<Content> content;
  Timestamp edited_at;
  std::optional<EditedFiles> files = {};

  friend bool operator==(const MessageEdited&, const MessageEdited&) = default;
};

struct MessageDeleted {
  EventOrigin origin;
  std::string external_id;
  Timestamp deleted_at;

  friend bool operator==(const MessageDeleted&, const MessageDeleted&) = default;
};

/// The author's reactions to one message as they are now; empty takes them back.
struct ReactionChanged {
  EventOrigin origin;
  std::string external_id;
  InboundIdentity author;
  std::vector<std::string> emojis;
  Timestamp at;

  friend bool operator==(const ReactionChanged&, const ReactionChanged&) = default;
};

/// A receipt for something we sent. Found by `external_id`, or by the `correlation` that our request carried
/// (which also settles a send whose answer was lost).
struct DeliveryReported {
  EventOrigin origin;
  std::string external_id;
  std::string correlation;
  DeliveryState state = DeliveryState::sent;  // sent, delivered, read or failed
  std::string reason_code;
  std::string reason_detail;
  Timestamp at;

  friend bool operator==(const DeliveryReported&, const DeliveryReported&) = default;
};

/// What is known of a person changed without a message: blocked us, changed the number, has a new name.
struct IdentityChanged {
  EventOrigin origin;
  InboundIdentity identity;
  std::optional<bool> reachable;
  /// Shown in the person's conversation as an activity when not empty.
  ActivityContent activity;
  Timestamp at;

  friend bool operator==(const IdentityChanged&, const IdentityChanged&) = default;
};

/// The provider says something of the account itself (quality, template status, restriction).
struct AccountNotice {
  EventOrigin origin;
  std::string subject;
  std::string detail;
  bool needs_person = false;
  Timestamp at;

  friend bool operator==(const AccountNotice&, const AccountNotice&) = default;
};

/// The customer is typing; never stored.
struct TypingReported {
  EventOrigin origin;
  InboundIdentity thread;
  bool on = true;

  friend bool operator==(const TypingReported&, const TypingReported&) = default;
};

using InboundEvent = std::variant<MessageReceived, MessageEdited, MessageDeleted, ReactionChanged, DeliveryReported,
                                  IdentityChanged, AccountNotice, TypingReported>;

inline const EventOrigin& origin_of(const InboundEvent& event) {
  return std::visit([](const auto& e) -> const EventOrigin& { return e.origin; }, event);
}

/// Something the provider expects us to answer by a request of ours (Telegram's answerCallbackQuery); made once after
/// the commit, best effort.
struct Acknowledgement {
  std::string reference;

  friend bool operator==(const Acknowledgement&, const Acknowledgement&) = default;
};

/// `malformed` not empty: nothing could be made of (part of) the request, which is kept raw in quarantine with that
/// sentence; the events beside it still count.
struct Inbound {
  std::vector<InboundEvent> events;
  std::vector<Acknowledgement> acknowledgements;
  std::string malformed;

  friend bool operator==(const Inbound&, const Inbound&) = default;
};

}  // namespace inboxd
