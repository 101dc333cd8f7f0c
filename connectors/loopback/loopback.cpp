// The channel's entry, its capabilities, and what is decided without asking anyone: verify, validate, findings.
#include "connectors/loopback/loopback.hpp"

#include <algorithm>

#include "connectors/loopback/requests.hpp"
#include "connectors/loopback/webhook.hpp"
#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"

namespace inboxd::connectors::loopback {
namespace {

constexpr std::size_t text_characters_max = 4096;
constexpr std::size_t attachments_max = 10;
constexpr std::size_t handle_bytes_max = 128;  // longer than any id that a person types

Capabilities describe() {
  Capabilities able;
  able.formatting = Support::full;
  able.attachments = Support::full;
  able.replies = Support::full;
  able.edits = Support::full;
  able.deletions = Support::full;
  able.reactions = Support::full;
  able.starts_conversations = Support::full;
  able.typing = Support::full;
  able.read_receipts = Support::full;
  able.reports_delivered = true;
  able.reports_read = true;
  able.settles_uncertain = true;
  able.text_characters_max = text_characters_max;
  able.caption_characters_max = text_characters_max;
  able.attachments_max = attachments_max;
  able.media_limits = {{"", 64U << 20U}};
  return able;
}

/// Unicode code points: every byte that does not continue a UTF-8 character.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

Result<std::unique_ptr<Connector>> make(const Settings& settings) {
  return std::unique_ptr<Connector>(
      std::make_unique<Loopback>(settings.text("secret"), settings.text("api_base"), settings.text("account")));
}

}  // namespace

Channel channel() {
  return {"loopback",
          {{"secret",
            SettingType::secret,
            Presence::optional,
            "",
            "Shared secret of webhooks and of our requests; without it the webhook answers 403.",
            {}},
           {"api_base", SettingType::url, Presence::optional, "http://127.0.0.1:8899", "Where replies are posted.", {}},
           {"account", SettingType::text, Presence::optional, "", "The account that this inbox stands for.", {}}},
          make};
}

const Capabilities& Loopback::capabilities() const {
  static const Capabilities able = describe();
  return able;
}

std::optional<CheckFinding> Loopback::settings_finding() const {
  if (!secret_.empty()) return std::nullopt;
  return CheckFinding{InboxHealthState::unhealthy, "webhook_secret_missing",
                      "Set `secret` for this inbox: until then its webhook answers 403.", ""};
}

WebhookVerdict Loopback::verify(const WebhookRequest& request, Timestamp) const {
  if (secret_.empty()) return RefuseWebhook{403, "no secret is configured"};
  if (request.method != "POST") return RefuseWebhook{403, "only POST is understood"};
  if (!equal_in_constant_time(header_of(request.headers, secret_header), secret_))
    return RefuseWebhook{401, "X-Loopback-Secret is missing or wrong"};
  return AcceptWebhook{};
}

Inbound Loopback::normalise(const WebhookRequest& request) const { return read_webhook(request.body); }

Result<void> Loopback::validate(const Outbound& reply) const {
  if (reply.message_template) return bad_request("This channel has no templates.");
  if (characters(reply.text) > text_characters_max) return bad_request("A message has at most 4096 characters.");
  if (reply.attachments.size() > attachments_max) return bad_request("A message has at most 10 attachments.");
  const bool has_target = !reply.targets.empty();
  switch (reply.action) {
    case OutboxAction::send:
      if (reply.text.empty() && reply.attachments.empty()) return bad_request("A message needs text or an attachment.");
      return {};
    case OutboxAction::edit:
      if (reply.text.empty()) return bad_request("An edit needs text.");
      [[fallthrough]];
    case OutboxAction::erase:
    case OutboxAction::react:
      if (!has_target) return bad_request("The message has not reached the customer.");
      return {};
  }
  return {};
}

Result<InboundIdentity> Loopback::recipient(const std::string& to) const {
  const bool printable =
      std::all_of(to.begin(), to.end(), [](unsigned char byte) { return byte > 0x20U && byte != 0x7FU; });
  if (to.empty() || to.size() > handle_bytes_max || !printable)
    return bad_request("`to` is the customer's id in this channel, as in `from.id`: 1 to 128 bytes without spaces.");
  InboundIdentity identity;
  identity.handle = to;
  return identity;
}

CheckStep Loopback::next_check_step(const Exchanges& done) const {
  const Api api{api_base_, secret_};
  if (done.empty()) return api.account();
  const Exchange& answer = done.back();
  if (answer.failure != TransferFailure::none)
    return CheckFinding{InboxHealthState::unhealthy, "unreachable", "The API at `api_base` cannot be reached.", ""};
  if (answer.status == 401)
    return CheckFinding{InboxHealthState::unhealthy, "secret_refused", "The API refuses `secret`: set the right one.",
                        ""};
  if (answer.status / 100 != 2)
    return CheckFinding{InboxHealthState::degraded, "api_error",
                        "The API answered " + std::to_string(answer.status) + '.', ""};
  const auto json = parse_json(answer.body);
  return CheckFinding{InboxHealthState::healthy, "", "", json ? text_of(*json, "account") : ""};
}

}  // namespace inboxd::connectors::loopback
