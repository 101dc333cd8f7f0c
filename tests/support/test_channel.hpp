// A channel for tests of the host: every optional interface, steered by public fields, with bodies that a test can
// write by hand. Its provider exists only in the answers that a test scripts.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#include "connectors/sdk/connector.hpp"

namespace inboxd {

/// A body has one event a line: "message ID PERSON", "file ID PERSON", "button ID PERSON", "typing PERSON",
/// "throw"; anything else is malformed.
class TestChannel final : public connectors::Connector,
                          public connectors::Polls,
                          public connectors::RegistersWebhook,
                          public connectors::FetchesMedia,
                          public connectors::AcknowledgesActions,
                          public connectors::ShowsTyping,
                          public connectors::MarksRead,
                          public connectors::StartsConversations,
                          public connectors::AnswersAutomatically,
                          public connectors::Edits,
                          public connectors::Erases,
                          public connectors::Reacts {
 public:
  bool polls = false;
  bool uploads_first = false;
  std::size_t messages = 1;             // that one reply takes
  bool calls_lost_undelivered = false;  // a mistake that the host must catch
  bool registers = false;
  std::string answers_with;  // automatically
  Capabilities can;

  [[nodiscard]] const Capabilities& capabilities() const override { return can; }
  [[nodiscard]] std::string account() const override { return {}; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {"https://provider.test"}; }

  [[nodiscard]] connectors::WebhookVerdict verify(const connectors::WebhookRequest& request,
                                                  Timestamp /*now*/) const override {
    if (connectors::header_of(request.headers, "x-secret") != "good")
      return connectors::RefuseWebhook{403, "the secret is wrong"};
    if (request.method == "GET") return connectors::ReplyToChallenge{request.query};
    return connectors::AcceptWebhook{};
  }
  [[nodiscard]] Inbound normalise(const connectors::WebhookRequest& request) const override {
    return read(request.body);
  }
  [[nodiscard]] Result<void> validate(const Outbound& reply) const override {
    if (reply.text == "too long") return bad_request("the text is too long for the channel");
    return {};
  }
  [[nodiscard]] std::string automatic_answer() const override { return answers_with; }
  [[nodiscard]] Result<InboundIdentity> recipient(const std::string& to) const override {
    if (to.empty()) return bad_request("`to` needs a handle");
    InboundIdentity typed;
    typed.handle = to;
    typed.verified = false;
    return typed;
  }

  [[nodiscard]] connectors::SendStep next_send_step(const Outbound& reply,
                                                    const connectors::Exchanges& done) const override {
    if (reply.text == "break") throw std::logic_error("a bug of the channel's");
    const bool uploaded =
        !uploads_first || (!done.empty() && done.front().label == "upload" && done.front().status == 200);
    const auto* last = done.empty() ? nullptr : &done.back();
    if (!uploaded) return last == nullptr ? request("upload", true) : connectors::SendStep{outcome_of(*last)};
    if (last != nullptr && last->label == "send" && last->status != 200) return outcome_of(*last);
    return next_message(reply, done);
  }

  [[nodiscard]] connectors::CheckStep next_check_step(const connectors::Exchanges& done) const override {
    if (done.empty()) return request("check", true);
    if (done.back().status == 200) return connectors::CheckFinding{InboxHealthState::healthy, {}, {}, "account-1"};
    return connectors::CheckFinding{InboxHealthState::unhealthy, "token_rejected", "set a new token", {}};
  }
  [[nodiscard]] bool registration_wanted() const override { return registers; }
  [[nodiscard]] connectors::CheckStep next_registration_step(const std::string& webhook_url,
                                                             const connectors::Exchanges& done) const override {
    if (done.empty()) return request("register", true, webhook_url);
    if (done.back().status == 200) return connectors::CheckFinding{};
    return connectors::CheckFinding{InboxHealthState::unhealthy, "not_registered", "the provider refused the URL", {}};
  }

  [[nodiscard]] bool polling_enabled() const override { return polls; }
  [[nodiscard]] connectors::Transfer poll_request(const std::string& state) const override {
    return request("poll", true, state);
  }
  [[nodiscard]] connectors::PollResult poll_answer(const std::string& state,
                                                   const connectors::Exchange& answer) const override {
    connectors::PollResult result;
    result.state = state;
    if (answer.status != 200) return result;
    result.inbound = read(answer.body);
    if (!answer.body.empty()) result.state = state + "+";
    return result;
  }

  [[nodiscard]] connectors::FetchStep next_fetch_step(const InboundAttachment& attachment,
                                                      const connectors::Exchanges& done) const override {
    if (done.empty()) {
      auto transfer = request("fetch", true, attachment.reference);
      transfer.url = "https://provider.test/media/picture.png?token=secret";
      transfer.response_target = connectors::ResponseTarget::blob;
      return transfer;
    }
    if (done.back().status == 200 && done.back().blob) return connectors::MediaFetched{*done.back().blob, "", ""};
    if (done.back().status == 404) return connectors::MediaGone{"the provider has it no more"};
    return connectors::MediaRetry{Milliseconds{0}, "the provider did not answer"};
  }
  [[nodiscard]] connectors::Transfer acknowledge(const Acknowledgement& acknowledgement) const override {
    return request("acknowledge", true, acknowledgement.reference);
  }
  [[nodiscard]] std::optional<connectors::Transfer> show_typing(const std::string& thread,
                                                                const std::string& /*last*/) const override {
    return request("typing", true, thread);
  }
  [[nodiscard]] std::optional<connectors::Transfer> mark_read(const std::string& /*thread*/,
                                                              const std::string& last) const override {
    return request("read", true, last);
  }

 private:
  /// A reply goes out as `messages` messages, all with its text.
  [[nodiscard]] connectors::SendStep next_message(const Outbound& reply, const connectors::Exchanges& done) const {
    std::vector<std::string> ids;
    for (const auto& answer : done)
      if (answer.label == "send" && answer.status == 200) ids.push_back(answer.body);
    if (ids.size() == messages) return Accepted{ids};
    auto transfer = request("send", false, reply.text);
    transfer.partial = {ids, ids.size() + 1 < messages};
    return transfer;
  }

  static connectors::Transfer request(std::string label, bool repeatable, std::string text = {}) {
    connectors::Transfer transfer;
    transfer.url = "https://provider.test/" + label;
    transfer.label = std::move(label);
    transfer.body = connectors::TextBody{"text/plain", std::move(text)};
    transfer.repeatable = repeatable;
    return transfer;
  }

  [[nodiscard]] SendOutcome outcome_of(const connectors::Exchange& answer) const {
    if (answer.failure == connectors::TransferFailure::not_sent) return RetryAfter{{}, "not_sent", "no connection", {}};
    if (answer.failure != connectors::TransferFailure::none) {
      if (calls_lost_undelivered) return RetryAfter{{}, "lost", "the answer was lost", {}};
      return Unknown{"the answer was lost"};
    }
    if (answer.status == 200) return Accepted{{answer.body}};
    if (answer.status == 401) return NeedsAttention{"token_rejected", "set a new token"};
    if (answer.status == 429)
      return RetryAfter{Milliseconds{30'000}, "rate_limited", "too many requests", RetryScope::inbox};
    if (answer.status >= 500) return RetryAfter{{}, "server_error", "the provider failed", RetryScope::conversation};
    return Rejected{"refused", "the provider refused", false};
  }

  static Inbound read(const std::string& body) {
    Inbound inbound;
    std::istringstream lines(body);
    std::string word;
    while (lines >> word) {
      if (word == "throw") throw std::runtime_error("a bug of the channel's");
      if (word == "typing") {
        lines >> word;
        inbound.events.emplace_back(TypingReported{{}, person(word), true});
      } else if (word == "message" || word == "file" || word == "button") {
        read_message(word, lines, inbound);
      } else {
        inbound.malformed = "there is no event " + word;
      }
    }
    return inbound;
  }
  static void read_message(const std::string& kind, std::istringstream& words, Inbound& inbound) {
    std::string id;
    std::string from;
    words >> id >> from;
    MessageReceived message;
    message.origin.dedupe_key = id;
    message.external_id = id;
    message.thread = person(from);
    message.text = "text of " + id;
    if (kind == "file") message.attachments.push_back({"reference-" + id, "", "", std::nullopt, ""});
    if (kind == "button") inbound.acknowledgements.push_back({id});
    inbound.events.emplace_back(std::move(message));
  }
  static InboundIdentity person(const std::string& handle) {
    InboundIdentity identity;
    identity.handle = handle;
    identity.name = handle;
    return identity;
  }
};

}  // namespace inboxd
