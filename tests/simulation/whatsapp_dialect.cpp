// One number of the WhatsApp Cloud API: Meta's "Webhooks" and "Messages" references.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "connectors/whatsapp/connector.hpp"
#include "tests/simulation/dialect.hpp"

namespace inboxd::simulation {
namespace {

using boost::json::array;
using boost::json::object;
using connectors::member;
using connectors::text_of;

constexpr const char* app_secret = "app-secret";
constexpr std::int64_t first_number = 393331110000;

std::string number_of(int person) { return std::to_string(first_number + person); }

object refusal_body(int code) {
  return {{"error", object{{"message", "m"}, {"type", "OAuthException"}, {"code", code}}}};
}

class WhatsAppDialect final : public Dialect {
 public:
  [[nodiscard]] std::string connector_name() const override { return "whatsapp"; }
  [[nodiscard]] std::shared_ptr<const connectors::Connector> connector() const override {
    return std::make_shared<connectors::whatsapp::WhatsAppConnector>(connectors::whatsapp::Account{
        "1122334455667", "EAAx", app_secret, "verify me", "https://graph.test", "v23.0", ""});
  }
  [[nodiscard]] std::string url_prefix() const override { return "https://graph.test/"; }
  [[nodiscard]] bool tells(Happens /*kind*/) const override { return true; }
  [[nodiscard]] std::size_t events_per_webhook_max() const override { return 5; }

  [[nodiscard]] std::string external_id(int /*person*/, std::int64_t message) const override {
    return "wamid.m" + std::to_string(message);
  }
  /// The `value` of one change.
  [[nodiscard]] std::string event(const Happening& happening) const override {
    const auto stamp = std::to_string(to_unix_ms(happening.at) / 1000);
    const auto number = number_of(happening.person);
    const auto target = external_id(happening.person, happening.message);
    object value{{"messaging_product", "whatsapp"}, {"metadata", object{{"phone_number_id", "1122334455667"}}}};
    if (happening.kind == Happens::receipt) {
      object status{{"id", target}, {"status", happening.text}, {"timestamp", stamp}, {"recipient_id", number}};
      status["biz_opaque_callback_data"] = happening.correlation;
      if (happening.text == "failed") status["errors"] = array{object{{"code", 131026}, {"title", "undeliverable"}}};
      value["statuses"] = array{std::move(status)};
      return boost::json::serialize(value);
    }
    value["contacts"] = array{object{{"profile", object{{"name", "Person"}}}, {"wa_id", number}}};
    object message{{"from", number}, {"timestamp", stamp}};
    message["id"] = happening.kind == Happens::message ? target : "wamid.h" + std::to_string(happening.number);
    write_kind(happening, target, message);
    // Braces around one value are that value for clang, a list of it for g++.
    value["messages"] = array{std::move(message)};
    return boost::json::serialize(value);
  }
  [[nodiscard]] connectors::WebhookRequest webhook(const std::vector<std::string>& events) const override {
    std::string body = R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[)";
    for (const auto& one : events) {
      if (body.back() == '}') body += ',';
      body += R"({"field":"messages","value":)" + one + '}';
    }
    body += "]}]}";
    const auto signature = "sha256=" + connectors::hmac_sha256_hex(app_secret, body);
    return {"POST", "", {{"x-hub-signature-256", signature}, {"content-type", "application/json"}}, body};
  }

  [[nodiscard]] Call read(const connectors::Transfer& request) const override {
    Call call;
    if (request.label == "react") call.asks = Asks::change;
    if (request.label != "send") return call;
    const auto json = boost::json::parse(std::get<connectors::TextBody>(request.body).text);
    call.asks = Asks::send;
    call.person = static_cast<int>(std::stoll(text_of(json, "to")) - first_number);
    call.text = text_of(member(json, "text"), "body");
    call.correlation = text_of(json, "biz_opaque_callback_data");
    return call;
  }
  [[nodiscard]] connectors::Exchange accepted(const Call& call, std::int64_t message) const override {
    return answer_with(200, R"({"messages":[{"id":")" + external_id(call.person, message) + "\"}]}");
  }
  [[nodiscard]] connectors::Exchange refused(Refusal refusal) const override {
    switch (refusal) {
      case Refusal::wait:
        return answer_with(429, boost::json::serialize(refusal_body(80007)), {{"retry-after", "11"}});
      case Refusal::out_of_order:
        return answer_with(503, boost::json::serialize(refusal_body(131016)));
      case Refusal::gave_up_waiting:
        return answer_with(504, "<html>gateway time-out</html>");
      case Refusal::never:
        return answer_with(400, boost::json::serialize(refusal_body(131026)));
      case Refusal::not_authorised:
        return answer_with(401, boost::json::serialize(refusal_body(190)));
    }
    return answer_with(500, "");
  }

 private:
  static void write_kind(const Happening& happening, const std::string& target, object& message) {
    switch (happening.kind) {
      case Happens::message:
        message["type"] = "text";
        message["text"] = object{{"body", happening.text}};
        return;
      case Happens::edit:
        message["type"] = "edit";
        message["edit"] = object{{"original_message_id", target},
                                 {"message", object{{"type", "text"}, {"text", object{{"body", happening.text}}}}}};
        return;
      case Happens::deletion:
        message["type"] = "revoke";
        message["revoke"] = object{{"original_message_id", target}};
        return;
      case Happens::reaction:
        message["type"] = "reaction";
        message["reaction"] = object{{"message_id", target}, {"emoji", happening.text}};
        return;
      case Happens::receipt:
        return;
    }
  }
};

}  // namespace

std::unique_ptr<Dialect> whatsapp_dialect() { return std::make_unique<WhatsAppDialect>(); }

}  // namespace inboxd::simulation
