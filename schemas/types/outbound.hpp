// What a connector is asked to make a provider do, and how that ended. Bodies name blobs; no large attachment
// passes through a connector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "schemas/types/blob.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

struct OutboundAttachment {
  BlobRef blob;
  std::string name;
  std::string mime;
  std::string content_id = {};  // shown inside the html as cid:…; empty: beside it

  friend bool operator==(const OutboundAttachment&, const OutboundAttachment&) = default;
};

/// A message form that the provider approved in advance. `components` is the JSON text that the agent's client gave,
/// checked by the connector.
struct OutboundTemplate {
  std::string name;
  std::string language;
  std::string components = "[]";

  friend bool operator==(const OutboundTemplate&, const OutboundTemplate&) = default;
};

/// An earlier message as an answer may quote it.
struct QuotedMessage {
  std::string author;
  Timestamp created_at;
  std::string text;
  std::string html;

  friend bool operator==(const QuotedMessage&, const QuotedMessage&) = default;
};

/// Where a message stands among the messages of its conversation, for channels that write it into what they send.
struct OutboundPlace {
  std::string conversation;  // its id, "cv_9"
  std::int64_t ticket_number = 0;
  std::vector<std::string> earlier;  // external ids of the conversation's newest messages, oldest first, at most 50
  std::optional<QuotedMessage> quoted;
  std::string author;  // the agent's name as the customer may see it

  friend bool operator==(const OutboundPlace&, const OutboundPlace&) = default;
};

/// Handles besides the thread's. `to` not empty stands in place of the thread.
struct OutboundRecipients {
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> bcc;

  friend bool operator==(const OutboundRecipients&, const OutboundRecipients&) = default;
};

/// One row of the outbox, joined with what it speaks of.
struct Outbound {
  OutboxAction action = OutboxAction::send;
  std::string thread;                // the handle the conversation answers to
  std::vector<std::string> aliases;  // further ids of the same person
  std::string text;
  std::string html;
  std::string subject;
  std::vector<OutboundAttachment> attachments;
  std::string reply_to;  // external id of the message this one answers
  std::optional<OutboundTemplate> message_template;
  std::string emoji;                 // react: empty takes it back
  std::vector<std::string> targets;  // edit, erase, react: external ids of the message
  MessageKind target_kind = MessageKind::text;
  std::string correlation;  // ours, unique per attempt; the provider may echo it (at most 64 ASCII characters)
  int attempt = 1;
  std::string stable_id;  // ours, the same on every attempt of this row
  OutboundRecipients recipients = {};
  OutboundPlace place = {};
  bool automatic = false;  // written by a rule, not by a person
  Timestamp created_at = {};

  friend bool operator==(const Outbound&, const Outbound&) = default;
};

/// How far a reply of several provider messages has come. `delivered`: external ids of those that arrived;
/// more_to_come: others follow the one that is on its way or whose end nobody knows.
struct PartialDelivery {
  std::vector<std::string> delivered;
  bool more_to_come = false;
  friend bool operator==(const PartialDelivery&, const PartialDelivery&) = default;
};

/// The provider took it. Several ids where one reply became several provider messages.
struct Accepted {
  std::vector<std::string> external_ids;
  friend bool operator==(const Accepted&, const Accepted&) = default;
};
enum class RetryScope { conversation, inbox };
/// It was certainly not delivered and may pass later. `scope` inbox: nothing of this inbox should be sent before.
struct RetryAfter {
  Milliseconds delay{0};  // 0: the host's own backoff
  std::string code;
  std::string why;
  RetryScope scope = RetryScope::conversation;
  Milliseconds gives_up_after = Milliseconds{0};  // since the first failure; 0: the host's own patience
  friend bool operator==(const RetryAfter&, const RetryAfter&) = default;
};
/// Nothing can be sent on this inbox until a person acts: the host pauses it and says so; the reply stays queued.
struct NeedsAttention {
  std::string code;
  std::string why;
  friend bool operator==(const NeedsAttention&, const NeedsAttention&) = default;
};
/// It was not and will not be delivered.
struct Rejected {
  std::string code;
  std::string why;
  bool unreachable = false;  // the person blocked us or is gone: marks the identity
  friend bool operator==(const Rejected&, const Rejected&) = default;
};
/// It may or may not have been delivered.
struct Unknown {
  std::string why;
  friend bool operator==(const Unknown&, const Unknown&) = default;
};

using SendOutcome = std::variant<Accepted, RetryAfter, NeedsAttention, Rejected, Unknown>;

}  // namespace inboxd
