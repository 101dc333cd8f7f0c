#include "connectors/webchat/webchat.hpp"

#include <algorithm>

#include "connectors/sdk/factory.hpp"
#include "connectors/webchat/fields.hpp"
#include "connectors/webchat/files.hpp"
#include "connectors/webchat/identity.hpp"
#include "connectors/webchat/rules.hpp"

namespace inboxd::connectors::webchat {
namespace {

Capabilities describe() {
  Capabilities able;
  able.attachments = Support::full;
  able.edits = Support::full;
  able.deletions = Support::full;
  able.reports_delivered = true;
  able.reports_read = true;
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
  auto rules = read_rules(settings);
  if (!rules) return rules.error();
  return std::unique_ptr<Connector>(
      std::make_unique<Webchat>(std::move(rules).value(), settings.text("identity_secret")));
}

SettingDefinition setting(std::string_view key, SettingType type, std::string_view standard,
                          std::string_view sentence) {
  return {key, type, Presence::optional, standard, sentence, {}};
}

}  // namespace

Channel channel() {
  return {"webchat",
          {setting("allowed_origins", SettingType::text_list, "", "Pages that may show the chat; none: no page may."),
           setting("identity_secret", SettingType::secret, "", "Signs who is signed in on those pages."),
           setting("require_identity", SettingType::flag, "false", "True refuses anonymous visitors."),
           setting("fields", SettingType::text_list, "", "Questions before the first message."),
           setting("title", SettingType::text, "", "The head of the chat."),
           setting("greeting", SettingType::text, "", "What it says before anybody wrote."),
           setting("color", SettingType::text, "", "Its colour, as #1f6feb."),
           setting("upload_types", SettingType::text_list, "", "Media types that visitors may send."),
           setting("upload_bytes_max", SettingType::integer, "10485760", "The largest file; 0: none."),
           setting("messages_per_minute_max", SettingType::integer, "60", "Messages of one visitor."),
           setting("visitors_per_hour_max", SettingType::integer, "60", "New visitors from one address."),
           setting("uploads_per_hour_max", SettingType::integer, "30", "Files of one visitor."),
           setting("sockets_per_visitor_max", SettingType::integer, "10", "Open connections of one visitor."),
           setting("sockets_per_address_max", SettingType::integer, "500", "Open connections from one address.")},
          make};
}

Webchat::Webchat(VisitorRules rules, std::string identity_secret)
    : rules_(std::move(rules)), identity_secret_(std::move(identity_secret)), able_(describe()) {}

std::optional<CheckFinding> Webchat::settings_finding() const {
  if (rules_.allowed_origins.empty())
    return CheckFinding{InboxHealthState::unhealthy, "allowed_origins_missing",
                        "Set `allowed_origins` for this inbox: until then no page may show the chat.", ""};
  if (rules_.identity_required && identity_secret_.empty())
    return CheckFinding{InboxHealthState::unhealthy, "identity_secret_missing",
                        "Set `identity_secret` for this inbox: with `require_identity` nobody gets in without it.", ""};
  return std::nullopt;
}

WebhookVerdict Webchat::verify(const WebhookRequest&, Timestamp) const {
  return RefuseWebhook{403, "this channel has no webhook"};
}

Inbound Webchat::normalise(const WebhookRequest&) const { return {{}, {}, "This channel has no webhook."}; }

Result<void> Webchat::validate(const Outbound& reply) const {
  if (reply.message_template) return bad_request("This channel has no templates.");
  if (characters(reply.text) > text_characters_max) return bad_request("A message has at most 10000 characters.");
  if (reply.attachments.size() > attachments_max) return bad_request("A message has at most 10 attachments.");
  switch (reply.action) {
    case OutboxAction::send:
      if (reply.text.empty() && reply.attachments.empty()) return bad_request("A message needs text or an attachment.");
      return {};
    case OutboxAction::edit:
      if (reply.text.empty()) return bad_request("An edit needs text.");
      return {};
    case OutboxAction::erase:
      return {};
    case OutboxAction::react:
      return bad_request("This channel has no reactions.");
  }
  return {};
}

SendStep Webchat::next_send_step(const Outbound& reply, const Exchanges&) const {
  if (reply.action != OutboxAction::send) return Accepted{};
  return Accepted{{reply.correlation}};
}

CheckStep Webchat::next_check_step(const Exchanges&) const { return settings_finding().value_or(CheckFinding{}); }

Result<std::map<std::string, std::string>> Webchat::check_fields(
    const std::map<std::string, std::string>& given) const {
  return webchat::check_fields(rules_.fields, given);
}

Result<VouchedPerson> Webchat::check_identity(const IdentityProof& proof, std::string_view inbox_name,
                                              Timestamp now) const {
  if (!proof.token.empty()) return check_token(identity_secret_, proof.token, inbox_name, now);
  return check_hash(identity_secret_, proof.user_id, proof.user_hash);
}

std::optional<VisitorFile> Webchat::visitor_file(std::string_view name) const {
  if (name == "widget.js") return VisitorFile{"text/javascript; charset=utf-8", widget_js()};
  return std::nullopt;
}

}  // namespace inboxd::connectors::webchat
