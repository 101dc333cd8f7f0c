// The smallest channel that is whole: connectors/README.md quotes it, this file compiles and tries it.
// [quoted in connectors/README.md from here]
#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/signature.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::postcard {

class Postcard final : public Connector {
 public:
  Postcard(std::string secret, std::string api_base) : secret_(std::move(secret)), api_base_(std::move(api_base)) {}

  const Capabilities& capabilities() const override { return able_; }
  std::string account() const override { return ""; }
  std::vector<std::string> base_urls() const override { return {api_base_}; }

  // Over the raw bytes, before anything is parsed; without a secret nothing is let in.
  WebhookVerdict verify(const WebhookRequest& request, Timestamp) const override {
    if (secret_.empty()) return RefuseWebhook{403, "no secret is configured"};
    const auto signature = header_of(request.headers, "x-postcard-signature");
    if (!equal_in_constant_time(signature, hmac_sha256_hex(secret_, request.body)))
      return RefuseWebhook{401, "the signature does not fit"};
    return AcceptWebhook{};
  }

  // Never throws: what cannot be understood is kept raw and named in `malformed`.
  Inbound normalise(const WebhookRequest& request) const override {
    const auto json = parse_json(request.body);
    if (!json) return {{}, {}, "The body is not JSON."};
    MessageReceived message;
    message.external_id = id_of(*json, "id");
    message.thread.handle = id_of(*json, "from");
    if (message.external_id.empty() || message.thread.handle.empty()) return {{}, {}, "The card lacks `id` or `from`."};
    message.origin.dedupe_key = "card:" + message.external_id;
    message.text = text_of(*json, "text");
    message.created_at = from_unix_seconds(integer_of(*json, "time"));
    return {{std::move(message)}, {}, ""};
  }

  Result<void> validate(const Outbound& reply) const override {
    if (reply.action != OutboxAction::send) return bad_request("A card that was sent stays as it is.");
    if (reply.message_template || !reply.attachments.empty()) return bad_request("A card carries text only.");
    if (reply.text.empty()) return bad_request("A card needs text.");
    return {};
  }

  // Called again after each exchange: a transfer to make, or how it ended.
  SendStep next_send_step(const Outbound& reply, const Exchanges& done) const override {
    if (done.empty()) return card(reply);
    const Exchange& answer = done.back();
    if (answer.failure == TransferFailure::not_sent) return RetryAfter{{}, "not_sent", answer.failure_detail, {}};
    if (answer.failure == TransferFailure::blob_gone) return Rejected{"attachment_gone", "The file is gone.", false};
    if (answer.failure != TransferFailure::none) return Unknown{"The answer was lost: it may have been sent."};
    if (answer.status == 429) return RetryAfter{{}, "rate_limited", "The post office asks us to wait.", {}};
    if (answer.status == 401) return NeedsAttention{"refused", "The post office refuses us: set the right secret."};
    if (answer.status / 100 == 4) return Rejected{"refused", "The post office refuses this card.", false};
    const auto json = parse_json(answer.body);
    std::string id = json ? id_of(*json, "id") : "";
    if (answer.status / 100 != 2 || id.empty()) return Unknown{"The answer does not name the card."};
    return Accepted{{std::move(id)}};
  }

  CheckStep next_check_step(const Exchanges&) const override { return CheckFinding{}; }

 private:
  Transfer card(const Outbound& reply) const {
    Transfer transfer;  // `repeatable` stays false: a customer would get the card twice
    transfer.label = "card";
    transfer.url = api_base_ + "/cards";
    TextBody body;
    JsonWriter writer(body.text);
    writer.begin_object();
    json_fields::field(writer, "to", reply.thread);
    json_fields::field(writer, "text", reply.text);
    writer.end_object();
    transfer.body = std::move(body);
    return transfer;
  }

  std::string secret_;
  std::string api_base_;
  Capabilities able_;  // text only: every default
};

Channel channel() {
  return {"postcard",
          {{"secret", SettingType::secret, Presence::optional, "", "Signs webhooks; without it they are refused.", {}},
           {"api_base", SettingType::url, Presence::required, "", "Where cards are posted.", {}}},
          [](const Settings& settings) -> Result<std::unique_ptr<Connector>> {
            return std::unique_ptr<Connector>(
                std::make_unique<Postcard>(settings.text("secret"), settings.text("api_base")));
          }};
}

}  // namespace inboxd::connectors::postcard
// [to here]

#include <fstream>
#include <iterator>

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;

namespace {

std::string file_of(const std::string& path) {
  std::ifstream file(INBOXD_SOURCE_DIR + ('/' + path), std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const auto from = text.find(begin);
  REQUIRE(from != std::string::npos);
  const auto to = text.find(end, from + begin.size());
  REQUIRE(to != std::string::npos);
  return text.substr(from + begin.size(), to - from - begin.size());
}

}  // namespace

TEST_CASE("the channel of connectors/README.md is the one that is compiled here") {
  const std::string compiled = between(file_of("tests/connector_conformance/example_channel_test.cpp"),
                                       "// [quoted in connectors/README.md from here]\n", "// [to here]\n");
  CHECK(between(file_of("connectors/README.md"), "```cpp\n", "```\n") == compiled);
}

TEST_CASE("the example channel takes a card in and sends one out") {
  Settings settings;
  settings.values = {{"secret", std::string("s")}, {"api_base", std::string("https://post.example")}};
  const auto inbox = postcard::channel().make(settings);
  REQUIRE(inbox.ok());
  WebhookRequest request{"POST", "", {}, R"({"id":7,"from":"anna","text":"Ciao","time":1795000000})"};
  CHECK(std::holds_alternative<RefuseWebhook>(inbox.value()->verify(request, {})));
  request.headers = {{"x-postcard-signature", hmac_sha256_hex("s", request.body)}};
  CHECK(std::holds_alternative<AcceptWebhook>(inbox.value()->verify(request, {})));
  const Inbound inbound = inbox.value()->normalise(request);
  REQUIRE(inbound.events.size() == 1);
  CHECK(std::get<MessageReceived>(inbound.events[0]).text == "Ciao");
  Outbound reply;
  reply.thread = "anna";
  reply.text = "Ciao!";
  const SendStep first = inbox.value()->next_send_step(reply, {});
  CHECK(std::get<Transfer>(first).url == "https://post.example/cards");
  Exchange answer;
  answer.status = 200;
  answer.body = R"({"id":"c9"})";
  const SendStep end = inbox.value()->next_send_step(reply, {answer});
  CHECK(std::get<Accepted>(std::get<SendOutcome>(end)).external_ids == std::vector<std::string>{"c9"});
}
