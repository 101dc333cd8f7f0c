// A Telegram bot, by webhook or polled: https://core.telegram.org/bots/api
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/telegram.hpp"
#include "tests/simulation/dialect.hpp"

namespace inboxd::simulation {
namespace {

using boost::json::object;
using connectors::integer_of;

constexpr std::int64_t first_person = 7000;

object person_object(int person) {
  return {{"id", first_person + person}, {"is_bot", false}, {"first_name", "Person " + std::to_string(person)}};
}
object chat_object(int person) {
  return {{"id", first_person + person}, {"type", "private"}, {"first_name", "Person " + std::to_string(person)}};
}

class TelegramDialect final : public Dialect {
 public:
  explicit TelegramDialect(bool polled) : polled_(polled) {
    settings_.token = polled ? "222:BB" : "111:AA";
    settings_.secret_token = "secret";
    settings_.api_base = "https://telegram.test";
    settings_.reception = polled ? connectors::telegram::Reception::polling : connectors::telegram::Reception::webhook;
  }

  [[nodiscard]] std::string connector_name() const override { return "telegram"; }
  [[nodiscard]] std::shared_ptr<const connectors::Connector> connector() const override {
    return std::make_shared<connectors::telegram::Telegram>(settings_);
  }
  [[nodiscard]] std::string url_prefix() const override { return settings_.api_base + "/bot" + settings_.token + "/"; }
  [[nodiscard]] bool polled() const override { return polled_; }
  /// Bots hear neither of receipts nor of deletions.
  [[nodiscard]] bool tells(Happens kind) const override {
    return kind == Happens::message || kind == Happens::edit || kind == Happens::reaction;
  }
  [[nodiscard]] std::size_t events_per_webhook_max() const override { return 1; }

  [[nodiscard]] std::string external_id(int person, std::int64_t message) const override {
    return std::to_string(first_person + person) + ':' + std::to_string(message);
  }
  [[nodiscard]] std::string event(const Happening& happening) const override {
    object update{{"update_id", happening.number}};
    const auto seconds = to_unix_ms(happening.at) / 1000;
    object message{{"message_id", happening.message}, {"chat", chat_object(happening.person)}, {"date", seconds}};
    if (happening.kind == Happens::reaction) {
      message["user"] = person_object(happening.person);
      message["old_reaction"] = boost::json::array{};
      message["new_reaction"] = boost::json::array{object{{"type", "emoji"}, {"emoji", happening.text}}};
      update["message_reaction"] = std::move(message);
      return boost::json::serialize(update);
    }
    message["from"] = person_object(happening.person);
    message["text"] = happening.text;
    if (happening.kind == Happens::edit) message["edit_date"] = seconds;
    update[happening.kind == Happens::edit ? "edited_message" : "message"] = std::move(message);
    return boost::json::serialize(update);
  }
  [[nodiscard]] connectors::WebhookRequest webhook(const std::vector<std::string>& events) const override {
    return {"POST",
            "",
            {{"x-telegram-bot-api-secret-token", "secret"}, {"content-type", "application/json"}},
            events.front()};
  }

  [[nodiscard]] Call read(const connectors::Transfer& request) const override {
    Call call;
    const auto* body = std::get_if<connectors::TextBody>(&request.body);
    const auto json = body != nullptr ? boost::json::parse(body->text) : boost::json::value();
    if (request.label == "getUpdates") {
      call.asks = Asks::poll;
      call.offset = integer_of(json, "offset");
    } else if (request.label == "sendMessage") {
      call.asks = Asks::send;
      call.person = static_cast<int>(integer_of(json, "chat_id") - first_person);
      call.text = connectors::text_of(json, "text");
    } else if (request.label == "editMessageText" || request.label == "deleteMessage" ||
               request.label == "setMessageReaction") {
      call.asks = Asks::change;
    }
    return call;
  }
  [[nodiscard]] connectors::Exchange accepted(const Call& call, std::int64_t message) const override {
    if (call.asks != Asks::send) return answer_with(200, R"({"ok":true,"result":true})");
    const object result{{"message_id", message}, {"chat", chat_object(call.person)}, {"text", call.text}};
    return answer_with(200, boost::json::serialize(object{{"ok", true}, {"result", result}}));
  }
  [[nodiscard]] connectors::Exchange refused(Refusal refusal) const override {
    switch (refusal) {
      case Refusal::wait:
        return answer_with(429, R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 9",)"
                                R"("parameters":{"retry_after":9}})");
      case Refusal::out_of_order:
        return answer_with(500, R"({"ok":false,"error_code":500,"description":"Internal Server Error"})");
      case Refusal::gave_up_waiting:
        return answer_with(504, "<html>gateway time-out</html>");
      case Refusal::never:
        return answer_with(400, R"({"ok":false,"error_code":400,"description":"Bad Request: chat not found"})");
      case Refusal::not_authorised:
        return answer_with(401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})");
    }
    return answer_with(500, "");
  }
  [[nodiscard]] connectors::Exchange news(const std::vector<std::string>& events) const override {
    std::string body = R"({"ok":true,"result":[)";
    for (const auto& one : events) body += (body.back() == '[' ? "" : ",") + one;
    return answer_with(200, body + "]}");
  }

 private:
  bool polled_;
  connectors::telegram::BotSettings settings_;
};

}  // namespace

std::unique_ptr<Dialect> telegram_dialect(bool polled) { return std::make_unique<TelegramDialect>(polled); }

}  // namespace inboxd::simulation
