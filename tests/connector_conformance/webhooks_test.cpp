// What comes in: forged requests are refused, any bytes are survived, the same bytes always mean the same.
#include <cstdlib>
#include <set>

#include "connectors/sdk/inbound_json.hpp"
#include "tests/connector_conformance/fixture.hpp"
#include "tests/connector_conformance/mutation.hpp"

using namespace inboxd;
using namespace inboxd::conformance;

namespace {

bool refused(const WebhookVerdict& verdict) {
  const auto* refusal = std::get_if<RefuseWebhook>(&verdict);
  return refusal != nullptr && (refusal->status == 401 || refusal->status == 403) && !refusal->why.empty();
}

/// INBOXD_GOLDEN=write writes the expectations anew; read their difference before you commit it.
bool write_wanted() {
  const char* mode = std::getenv("INBOXD_GOLDEN");
  return mode != nullptr && std::string_view(mode) == "write";
}

void set_header(WebhookRequest& request, const std::string& name, const std::string& value) {
  for (auto& [key, content] : request.headers)
    if (key == name) content = value;
}

void check_forgeries(const Fixture& fixture, const Connector& connector, const WebhookRequest& genuine) {
  const auto& described = member(fixture.json(), "webhook");
  const std::string name = text_of(described, "signature_header");
  const std::string signature(header_of(genuine.headers, name));
  REQUIRE_FALSE(signature.empty());
  const auto refused_with = [&](const std::string& value) {
    WebhookRequest forged = genuine;
    set_header(forged, name, value);
    INFO("signature: " << value);
    CHECK(refused(connector.verify(forged, fixture.now())));
  };
  for (std::size_t length = 0; length < signature.size(); ++length) refused_with(signature.substr(0, length));
  for (std::size_t at = 0; at < signature.size(); ++at) {
    std::string changed = signature;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    refused_with(changed);
  }
  refused_with(signature + "0");
  refused_with(std::string(100'000, 'f'));
  WebhookRequest without = genuine;
  std::erase_if(without.headers, [&](const auto& header) { return header.first == name; });
  CHECK(refused(connector.verify(without, fixture.now())));
  if (!flag_of(described, "signature_covers_body")) return;
  for (const std::string& body : {genuine.body + " ", genuine.body.substr(1), std::string()}) {
    WebhookRequest forged = genuine;
    forged.body = body;
    CHECK(refused(connector.verify(forged, fixture.now())));
  }
}

Inbound normalised(const Connector& connector, const WebhookRequest& genuine, const std::string& body) {
  WebhookRequest request = genuine;
  request.body = body;
  return connector.normalise(request);
}

}  // namespace

TEST_CASE("conformance: a genuine webhook is accepted, every forged one refused") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    if (!fixture.has_webhook()) return;
    const auto connector = fixture.connector();
    const WebhookRequest genuine = fixture.webhook();
    CHECK(std::holds_alternative<AcceptWebhook>(connector->verify(genuine, fixture.now())));
    check_forgeries(fixture, *connector, genuine);
  });
}

TEST_CASE("conformance: without a configured secret every webhook is refused and the inbox says why") {
  for_each_channel([](const Channel& channel, const Fixture& fixture) {
    if (!fixture.has_webhook()) return;
    const auto made = channel.make(fixture.settings([](const SettingDefinition& definition) {
      return definition.type != SettingType::secret || definition.presence == Presence::required;
    }));
    REQUIRE(made.ok());
    WebhookRequest request = fixture.webhook();
    CHECK(refused(made.value()->verify(request, fixture.now())));
    set_header(request, text_of(member(fixture.json(), "webhook"), "signature_header"), "");
    CHECK(refused(made.value()->verify(request, fixture.now())));
    CHECK(made.value()->settings_finding().has_value());
  });
}

TEST_CASE("conformance: a handshake that is not the provider's is refused") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    for (const std::string_view query :
         {"", "x", "hub.mode=subscribe", "hub.mode=subscribe&hub.challenge=1&hub.verify_token=",
          "hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess", "%", "=&=&%zz"})
      CHECK(refused(connector->verify({"GET", std::string(query), {}, ""}, fixture.now())));
  });
}

TEST_CASE("conformance: golden bodies give the events that stand beside them") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    if (!fixture.has_webhook()) return;
    const auto connector = fixture.connector();
    const WebhookRequest genuine = fixture.webhook();
    for (const auto& golden : fixture.goldens()) {
      INFO(golden.name);
      const std::string actual = inbound_to_text(normalised(*connector, genuine, golden.body));
      if (write_wanted()) std::ofstream(golden.expected, std::ios::binary) << actual;
      if (!std::filesystem::exists(golden.expected)) continue;
      CHECK(actual == read_bytes(golden.expected));
      const auto read = inbound_from_text(actual);
      INFO((read.ok() ? std::string() : read.error().detail));
      REQUIRE(read.ok());
      CHECK(inbound_to_text(read.value()) == actual);
    }
  });
}

TEST_CASE("conformance: every event of a request has a dedupe key of its own") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    if (!fixture.has_webhook()) return;
    const auto connector = fixture.connector();
    const WebhookRequest genuine = fixture.webhook();
    for (const auto& golden : fixture.goldens()) {
      INFO(golden.name);
      std::set<std::string> keys;
      for (const auto& event : normalised(*connector, genuine, golden.body).events) {
        CHECK_FALSE(origin_of(event).dedupe_key.empty());
        CHECK(keys.insert(origin_of(event).dedupe_key).second);
      }
    }
  });
}

TEST_CASE("conformance: any bytes are survived, and mean the same each time") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    if (!fixture.has_webhook()) return;
    const auto connector = fixture.connector();
    const WebhookRequest genuine = fixture.webhook();
    const auto goldens = fixture.goldens();
    const std::size_t rounds = 4000 / std::max<std::size_t>(goldens.size(), 1) + 1;
    for (std::size_t sample = 0; sample < goldens.size(); ++sample) {
      Mutation mutation(sample + 1);
      for (std::size_t round = 0; round < rounds; ++round) {
        const std::string body = mutation.of(goldens[sample].body);
        Inbound first;
        Inbound second;
        try {
          first = normalised(*connector, genuine, body);
          second = normalised(*connector, genuine, body);
        } catch (const std::exception& thrown) {
          FAIL("normalise threw " << thrown.what() << " on: " << body);
        }
        // Coordinates may be what no number equals, so the two are compared as text.
        if (inbound_to_text(first) != inbound_to_text(second)) FAIL("two answers to: " << body);
        for (const auto& event : first.events)
          if (origin_of(event).dedupe_key.empty()) FAIL("an event without dedupe key from: " << body);
      }
    }
  });
}
