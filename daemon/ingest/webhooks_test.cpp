// What a provider is told, and what is stored when it is told so.
#include "daemon/ingest/webhooks.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"

namespace inboxd::ingest {
namespace {

struct Gate : Desk {
  Gate() { inbox = add_inbox("shop"); }

  WebhookAnswer post(const std::string& body, const std::string& secret = "good", const std::string& name = "shop",
                     const std::string& method = "POST") {
    std::optional<WebhookAnswer> answer;
    webhooks.handle(name, {method, "challenge", {{"x-secret", secret}, {"content-type", "text/plain"}}, body},
                    [&](WebhookAnswer given) { answer = std::move(given); });
    return answer.value();
  }
  std::size_t conversations() {
    return read([&](const storage::Tables& tables) {
      Agent all;
      all.all_inboxes = true;
      return tables.conversations().list(all, {}, std::nullopt, 100).size();
    });
  }
  std::size_t messages() {
    return read([&](const storage::Tables& tables) {
      std::size_t count = 0;
      for (const auto& event : tables.events().after(0, 1000))
        count += event.type == EventType::message_created ? 1 : 0;
      return count;
    });
  }
  std::vector<storage::QuarantineRow> quarantine() {
    return read(
        [&](const storage::Tables& tables) { return tables.originals().quarantine(inbox.id, std::nullopt, 10); });
  }

  AddedInbox inbox;
  CountingIngestObserver observer;
  int media_wakes = 0;
  std::vector<CustomerTyping> typing;
  FollowUp follow_up{{readers, transfers, clock, observer, [this] { ++media_wakes; },
                      [this](const CustomerTyping& seen) { typing.push_back(seen); }}};
  Webhooks webhooks{{channels(), bus, clock, command_bus::run_in_place(), follow_up, observer}};
};

TEST_CASE("a webhook is answered 200 with an empty body once its message is stored; a repetition adds nothing") {
  Gate gate;
  for (int i = 0; i < 5; ++i) {
    const auto answer = gate.post("message m1 anna");
    CHECK(answer.status == 200);
    CHECK(answer.body.empty());
  }
  CHECK(gate.messages() == 1);
  CHECK(gate.conversations() == 1);
}

TEST_CASE("what is not verified is refused and leaves nothing") {
  Gate gate;
  CHECK(gate.post("message m1 anna", "wrong").status == 403);
  CHECK(gate.post("message m1 anna", "good", "unknown").status == 404);
  CHECK(gate.messages() == 0);
  CHECK(gate.quarantine().empty());
}

TEST_CASE("a challenge is answered with its text") {
  Gate gate;
  const auto answer = gate.post("", "good", "shop", "GET");
  CHECK(answer.status == 200);
  CHECK(answer.body == "challenge");
}

TEST_CASE("what cannot be understood is answered 200 and kept raw; the events beside it count") {
  Gate gate;
  const std::string body = GENERATE("nonsense", "message m1 anna nonsense", "throw");
  CHECK(gate.post(body).status == 200);
  REQUIRE(gate.quarantine().size() == 1);
  const auto original = gate.quarantine().front().original;
  CHECK(gate.read([&](const storage::Tables& tables) { return tables.originals().find(original)->body; }) == body);
  CHECK(gate.messages() == (body.starts_with("message") ? 1U : 0U));
}

TEST_CASE("without a commit the provider is asked to come again, and nothing follows") {
  Gate gate;
  gate.bus.disk_full = true;
  const auto answer = gate.post("button m1 anna");
  CHECK(answer.status == 503);
  CHECK(answer.retry_after == Milliseconds{2'000});
  CHECK(gate.transfers.made().empty());
  gate.bus.disk_full = false;
  CHECK(gate.post("button m1 anna").status == 200);
  CHECK(gate.messages() == 1);
}

TEST_CASE("an action is acknowledged once, media is woken, typing reaches its conversation") {
  Gate gate;
  gate.post("button m1 anna");
  gate.post("button m1 anna");
  CHECK(gate.made("acknowledge") == std::vector<std::string>{"m1"});
  CHECK(gate.media_wakes == 0);
  gate.post("file m2 anna");
  CHECK(gate.media_wakes == 1);
  gate.post("typing anna typing stranger");
  REQUIRE(gate.typing.size() == 1);
  CHECK(gate.typing.front().inbox == gate.inbox.id);
}

TEST_CASE("a large body is understood in the background") {
  Gate gate;
  CHECK(gate.post("message m1 anna" + std::string(in_place_bytes_max, ' ')).status == 200);
  CHECK(gate.messages() == 1);
}

}  // namespace
}  // namespace inboxd::ingest
