// The contract between a channel and the host. A connector is one configured inbox: it holds settings only, and every
// call is a pure function (no I/O, no clock, no randomness, no log); the host calls it from any one thread at a time.
// What only some channels can do is an optional interface of one or two methods below: a connector inherits those
// that it offers, and the host finds them by `dynamic_cast`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/sdk/transfer.hpp"
#include "schemas/types/capabilities.hpp"
#include "schemas/types/inbound.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors {

struct WebhookRequest {
  std::string method;  // "GET" or "POST"
  std::string query;   // raw, without "?"
  Headers headers;     // names in lower case
  std::string body;    // raw bytes, at most 8 MiB
};

struct AcceptWebhook {};
/// Answer a handshake with 200 and this text/plain body.
struct ReplyToChallenge {
  std::string body;
};
struct RefuseWebhook {
  int status = 403;  // 401 or 403
  std::string why;
};
using WebhookVerdict = std::variant<AcceptWebhook, ReplyToChallenge, RefuseWebhook>;

/// A transfer to make, or how the send ended.
using SendStep = std::variant<Transfer, SendOutcome>;

struct CheckFinding {
  InboxHealthState state = InboxHealthState::healthy;
  std::string code;
  std::string detail;  // a sentence that says what to do
  /// What the provider calls this account; the host stores it and sends events for it here. Empty: unknown.
  std::string account;
};
/// A transfer to make, or what was found ("test connection", doctor, start-up).
using CheckStep = std::variant<Transfer, CheckFinding>;

class Connector {
 public:
  Connector() = default;
  Connector(const Connector&) = delete;
  Connector& operator=(const Connector&) = delete;
  virtual ~Connector() = default;

  [[nodiscard]] virtual const Capabilities& capabilities() const = 0;
  /// The provider's id of the configured account, known from settings; empty where only the provider knows it.
  [[nodiscard]] virtual std::string account() const = 0;
  /// Base URLs from settings; the SSRF guard lets through exactly their host and port besides global addresses.
  [[nodiscard]] virtual std::vector<std::string> base_urls() const = 0;
  /// Hosts, besides those of base_urls(), that media may be fetched from ("*.example.com" for a suffix).
  [[nodiscard]] virtual std::vector<std::string> media_hosts() const { return {}; }
  /// What stops this inbox from receiving, found without I/O (a missing webhook secret); nothing when all is well.
  [[nodiscard]] virtual std::optional<CheckFinding> settings_finding() const { return std::nullopt; }

  [[nodiscard]] virtual WebhookVerdict verify(const WebhookRequest& request, Timestamp now) const = 0;
  /// Called only after verify() accepted. Never throws on any bytes: what cannot be understood is `malformed`.
  [[nodiscard]] virtual Inbound normalise(const WebhookRequest& request) const = 0;
  /// Refuses a reply before it enters the outbox (text too long, bad template), so that the agent hears at once.
  [[nodiscard]] virtual Result<void> validate(const Outbound& reply) const = 0;
  [[nodiscard]] virtual SendStep next_send_step(const Outbound& reply, const Exchanges& done) const = 0;
  [[nodiscard]] virtual CheckStep next_check_step(const Exchanges& done) const = 0;
};

/// Asks the provider for news where no public address exists. `state` is opaque, empty at first, stored by the host
/// in the transaction of the events it came with.
struct PollResult {
  Inbound inbound;
  std::string state;
  Milliseconds wait{0};  // before the next poll
  std::optional<CheckFinding> finding;
};
class Polls {
 public:
  virtual ~Polls() = default;
  /// False: the inbox is configured for webhooks, and the host does not poll.
  [[nodiscard]] virtual bool polling_enabled() const = 0;
  [[nodiscard]] virtual Transfer poll_request(const std::string& state) const = 0;
  [[nodiscard]] virtual PollResult poll_answer(const std::string& state, const Exchange& answer) const = 0;
};

/// Tells the provider where our webhook is. Asked for only when public_url is https.
class RegistersWebhook {
 public:
  virtual ~RegistersWebhook() = default;
  [[nodiscard]] virtual bool registration_wanted() const = 0;
  [[nodiscard]] virtual CheckStep next_registration_step(const std::string& webhook_url,
                                                         const Exchanges& done) const = 0;
};

struct MediaFetched {
  BlobRef blob;
  std::string mime;  // empty: keep what the message said
  std::string name;
};
struct MediaGone {
  std::string why;  // will never be there again
};
struct MediaRetry {
  Milliseconds delay{0};
  std::string why;
};
using FetchStep = std::variant<Transfer, MediaFetched, MediaRetry, MediaGone>;
class FetchesMedia {
 public:
  virtual ~FetchesMedia() = default;
  [[nodiscard]] virtual FetchStep next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const = 0;
};

/// Best effort, after the commit, never retried for long.
class AcknowledgesActions {
 public:
  virtual ~AcknowledgesActions() = default;
  [[nodiscard]] virtual Transfer acknowledge(const Acknowledgement& acknowledgement) const = 0;
};
class ShowsTyping {
 public:
  virtual ~ShowsTyping() = default;
  /// `last_external_id`: the customer's newest message, which some providers ask for. Nothing: cannot now.
  [[nodiscard]] virtual std::optional<Transfer> show_typing(const std::string& thread,
                                                            const std::string& last_external_id) const = 0;
};
class MarksRead {
 public:
  virtual ~MarksRead() = default;
  [[nodiscard]] virtual std::optional<Transfer> mark_read(const std::string& thread,
                                                          const std::string& last_external_id) const = 0;
};

/// Can write to somebody who has not written yet (POST /v1/conversations).
class StartsConversations {
 public:
  virtual ~StartsConversations() = default;
  /// What an agent typed as `to`, in the channel's own form; refused with a sentence that says what form it takes.
  [[nodiscard]] virtual Result<InboundIdentity> recipient(const std::string& to) const = 0;
};

/// Tells a customer by itself that a message which opens a conversation arrived. The host decides whom: never a
/// program, nobody twice a day.
class AnswersAutomatically {
 public:
  virtual ~AnswersAutomatically() = default;
  /// Plain text; empty: this inbox gives no such answer.
  [[nodiscard]] virtual std::string automatic_answer() const = 0;
};

/// next_send_step() and validate() also take OutboxAction::edit / erase / react. Markers without methods, so that
/// capabilities and code cannot disagree.
class Edits {
 public:
  virtual ~Edits() = default;
};
class Erases {
 public:
  virtual ~Erases() = default;
};
class Reacts {
 public:
  virtual ~Reacts() = default;
};
/// Receipts carry `correlation`, which settles an uncertain send.
class SettlesUncertain {
 public:
  virtual ~SettlesUncertain() = default;
};

}  // namespace inboxd::connectors
