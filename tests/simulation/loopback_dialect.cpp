// The loopback channel's API, as its README tells it.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/loopback/loopback.hpp"
#include "connectors/sdk/json_access.hpp"
#include "tests/simulation/dialect.hpp"

namespace inboxd::simulation {

using boost::json::object;

connectors::Exchange answer_with(int status, std::string body, connectors::Headers headers) {
  connectors::Exchange answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = std::move(body);
  return answer;
}

connectors::Exchange Dialect::news(const std::vector<std::string>& /*events*/) const { return answer_with(404, ""); }

namespace {

constexpr const char* base = "http://loopback.test";

class LoopbackDialect final : public Dialect {
 public:
  [[nodiscard]] std::string connector_name() const override { return "loopback"; }
  [[nodiscard]] std::shared_ptr<const connectors::Connector> connector() const override {
    return std::make_shared<connectors::loopback::Loopback>("secret", base, "shop");
  }
  [[nodiscard]] std::string url_prefix() const override { return base; }
  [[nodiscard]] bool tells(Happens /*kind*/) const override { return true; }
  [[nodiscard]] std::size_t events_per_webhook_max() const override { return 5; }

  [[nodiscard]] std::string external_id(int /*person*/, std::int64_t message) const override {
    return "m" + std::to_string(message);
  }
  [[nodiscard]] std::string event(const Happening& happening) const override {
    object json{{"id", external_id(happening.person, happening.message)},
                {"event_id", "e" + std::to_string(happening.number)},
                {"at", to_rfc3339(happening.at)},
                {"from", object{{"id", "p" + std::to_string(happening.person)},
                                {"name", "Person " + std::to_string(happening.person)}}}};
    switch (happening.kind) {
      case Happens::message:
        json["type"] = "message";
        json["text"] = happening.text;
        if (happening.with_file)
          json["attachments"] =
              boost::json::array{object{{"url", std::string(base) + "/media/" + std::to_string(happening.message)},
                                        {"name", "a.png"},
                                        {"mime", "image/png"}}};
        break;
      case Happens::edit:
        json["type"] = "edit";
        json["text"] = happening.text;
        break;
      case Happens::deletion:
        json["type"] = "delete";
        break;
      case Happens::reaction:
        json["type"] = "reaction";
        json["emoji"] = happening.text;
        break;
      case Happens::receipt:
        json["type"] = "receipt";
        json["state"] = happening.text;
        json["correlation"] = happening.correlation;
        break;
    }
    return boost::json::serialize(json);
  }
  [[nodiscard]] connectors::WebhookRequest webhook(const std::vector<std::string>& events) const override {
    std::string body = R"({"account":"shop","events":[)";
    for (const auto& one : events) body += (body.back() == '[' ? "" : ",") + one;
    return {"POST", "", {{"x-loopback-secret", "secret"}, {"content-type", "application/json"}}, body + "]}"};
  }

  [[nodiscard]] Call read(const connectors::Transfer& request) const override {
    Call call;
    if (request.label == "fetch") call.asks = Asks::fetch;
    if (request.label == "edit" || request.label == "erase" || request.label == "react") call.asks = Asks::change;
    if (request.label != "send") return call;
    const auto json = boost::json::parse(std::get<connectors::TextBody>(request.body).text);
    call.asks = Asks::send;
    call.person = std::stoi(connectors::text_of(json, "to").substr(1));
    call.text = connectors::text_of(json, "text");
    call.correlation = connectors::text_of(json, "correlation");
    return call;
  }
  [[nodiscard]] connectors::Exchange accepted(const Call& call, std::int64_t message) const override {
    if (call.asks != Asks::send) return answer_with(200, "{}");
    return answer_with(200, R"({"id":")" + external_id(call.person, message) + "\"}");
  }
  [[nodiscard]] connectors::Exchange refused(Refusal refusal) const override {
    switch (refusal) {
      case Refusal::wait:
        return answer_with(429, "", {{"retry-after", "7"}});
      case Refusal::out_of_order:
      case Refusal::gave_up_waiting:
        return answer_with(503, "");
      case Refusal::never:
        return answer_with(400, R"({"error":{"code":"too_rude","detail":"Not this."}})");
      case Refusal::not_authorised:
        return answer_with(401, "");
    }
    return answer_with(500, "");
  }
};

}  // namespace

std::unique_ptr<Dialect> loopback_dialect() { return std::make_unique<LoopbackDialect>(); }

}  // namespace inboxd::simulation
