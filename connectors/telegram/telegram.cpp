// The parts of the contract, each with the file that keeps it; what is done here is verify() and the capabilities.
#include "connectors/telegram/telegram.hpp"

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "connectors/telegram/address.hpp"
#include "connectors/telegram/api.hpp"
#include "connectors/telegram/changing.hpp"
#include "connectors/telegram/health.hpp"
#include "connectors/telegram/media.hpp"
#include "connectors/telegram/parts.hpp"
#include "connectors/telegram/polling.hpp"
#include "connectors/telegram/sending.hpp"
#include "connectors/telegram/updates.hpp"

namespace inboxd::connectors::telegram {
namespace {

/// Rates: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
Capabilities capabilities_of_bots() {
  Capabilities can;
  can.formatting = Support::full;
  can.attachments = Support::full;
  can.replies = Support::full;
  can.edits = Support::full;
  can.deletions = Support::full;
  can.reactions = Support::full;
  can.templates = Support::rejected;
  can.starts_conversations = Support::rejected;  // a bot cannot write first
  can.typing = Support::full;
  can.read_receipts = Support::dropped;
  can.text_characters_max = reply_units_max;
  can.caption_characters_max = caption_units_max;
  can.attachments_max = attachments_max;
  can.media_limits = {{"", file_bytes_max}};  // images over 10 MB go as documents
  can.inbox_pace = {30, 30};
  can.conversation_pace = {1, 5};
  return can;
}

}  // namespace

Telegram::Telegram(BotSettings settings) : settings_(std::move(settings)), capabilities_(capabilities_of_bots()) {}

std::string Telegram::account() const { return bot_id(settings_); }

std::optional<CheckFinding> Telegram::settings_finding() const { return telegram::settings_finding(settings_); }

WebhookVerdict Telegram::verify(const WebhookRequest& request, Timestamp) const {
  if (settings_.secret_token.empty()) return RefuseWebhook{403, "No secret_token is configured for this inbox."};
  if (request.method != "POST") return RefuseWebhook{403, "Telegram sends updates by POST only."};
  const std::string_view given = header_of(request.headers, "x-telegram-bot-api-secret-token");
  if (given.empty()) return RefuseWebhook{401, "The header X-Telegram-Bot-Api-Secret-Token is missing."};
  if (!equal_in_constant_time(given, settings_.secret_token))
    return RefuseWebhook{403, "The header X-Telegram-Bot-Api-Secret-Token is wrong."};
  return AcceptWebhook{};
}

Inbound Telegram::normalise(const WebhookRequest& request) const {
  const auto update = parse_json(request.body);
  if (!update) return {{}, {}, "The body is not JSON."};
  return read_update(*update, account());
}

Result<void> Telegram::validate(const Outbound& reply) const {
  return reply.action == OutboxAction::send ? validate_send(reply) : validate_change(reply);
}

SendStep Telegram::next_send_step(const Outbound& reply, const Exchanges& done) const {
  if (reply.action == OutboxAction::send) return next_send(settings_, reply, done);
  return next_change(settings_, reply, done);
}

CheckStep Telegram::next_check_step(const Exchanges& done) const { return next_check(settings_, done); }

Transfer Telegram::poll_request(const std::string& state) const { return telegram::poll_request(settings_, state); }

PollResult Telegram::poll_answer(const std::string& state, const Exchange& answer) const {
  return telegram::poll_answer(settings_, state, answer);
}

CheckStep Telegram::next_registration_step(const std::string& webhook_url, const Exchanges& done) const {
  return next_registration(settings_, webhook_url, done);
}

FetchStep Telegram::next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const {
  return telegram::next_fetch_step(settings_, attachment, done);
}

Transfer Telegram::acknowledge(const Acknowledgement& acknowledgement) const {
  return call(settings_, "answerCallbackQuery", {{"callback_query_id", acknowledgement.reference}}, Effect::none);
}

std::optional<Transfer> Telegram::show_typing(const std::string& thread, const std::string&) const {
  const auto address = parse_thread(thread);
  if (!address) return std::nullopt;
  const ChatAddress& chat = address->chat;
  boost::json::object parameters{{"chat_id", chat.chat_id}, {"action", "typing"}};
  if (!chat.business_connection.empty()) parameters["business_connection_id"] = chat.business_connection;
  if (address->topic_id != 0) parameters["message_thread_id"] = address->topic_id;
  return call(settings_, "sendChatAction", parameters, Effect::none);
}

}  // namespace inboxd::connectors::telegram
