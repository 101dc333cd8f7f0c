// A reply that takes several provider messages and stops halfway: nothing that arrived is lost or sent twice.
#include "daemon/core/messages/settle_by_hand.hpp"
#include "daemon/delivery/engine.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::delivery {
namespace {

class Silent final : public Observer {
 public:
  void settled(InboxId /*inbox*/, OutboxId /*row*/, const SendOutcome& /*outcome*/) override {}
  void failed(InboxId /*inbox*/, std::string_view /*what*/, std::string_view /*detail*/) override {}
};

using Texts = std::vector<std::string>;

/// Three messages, of which the first arrived as w1 and the second is on its way.
struct Halfway : CoreDesk {
  MessageId reply = [this] {
    shop.channel->messages = 3;
    receive({incoming("1")});
    return MessageId{send(ann, text(with("anna").id, "long")).value().id};
  }();
  Silent observer;
  Engine engine{{channels(), bus, readers, transfers, clock, random, observer, "first"}};

  Halfway() {
    engine.start();
    answer(200, "w1");
  }
  void answer(int status, const std::string& body) {
    transfers.complete_oldest(ScriptedTransfers::answered(status, body));
  }
  Result<core::Outcome> retry(core::Duplicates duplicates = core::Duplicates::refuse) {
    auto outcome = act(ann, [&](core::Context& context, const Agent& agent) {
      return core::retry_message(context, agent, reply, duplicates);
    });
    engine.wake();
    return outcome;
  }
  Delivery delivery_row() { return *message(reply).delivery; }
};

TEST_CASE("a reply refused halfway is failed as partly sent, its parts are known, and a retry sends the rest") {
  Halfway desk;
  desk.answer(400, "");
  CHECK(desk.delivery_row().state == DeliveryState::failed);
  CHECK(desk.delivery_row().reason->code == "partly_sent");
  CHECK(desk.delivery_row().reason->detail.find("The first message of this reply arrived") == 0);
  CHECK(desk.delivery_row().external_ids == Texts{"w1"});
  CHECK(desk.by_external("w1")->id == desk.reply);
  desk.receive({desk.receipt("w1", DeliveryState::delivered)});
  CHECK(desk.delivery_row().state == DeliveryState::failed);

  REQUIRE(desk.retry());
  CHECK(desk.made("send").size() == 3);
  desk.receive({desk.receipt("w1", DeliveryState::read)});
  CHECK(desk.delivery_row().state == DeliveryState::sending);
  desk.answer(200, "w2");
  desk.answer(200, "w3");
  CHECK(desk.made("send").size() == 4);
  CHECK(desk.delivery_row().external_ids == Texts{"w1", "w2", "w3"});
  // What its parts' receipts said meanwhile counts now.
  CHECK(desk.delivery_row().state == DeliveryState::read);
}

TEST_CASE("an echo of an early part neither stops nor settles a reply of several") {
  Halfway desk;
  const auto correlation =
      desk.read([&](const storage::Tables& tables) { return tables.outbox().send_of(desk.reply)->correlation + ".1"; });
  SECTION("on its way") {
    desk.receive(
        {desk.receipt("w1", DeliveryState::sent, correlation), desk.receipt("w2", DeliveryState::sent, correlation)});
    desk.answer(200, "w2");
    CHECK(desk.made("send").size() == 3);
    desk.answer(200, "w3");
    CHECK(desk.delivery_row().state == DeliveryState::sent);
  }
  SECTION("lost with more to come") {
    desk.transfers.complete_oldest(ScriptedTransfers::failed(connectors::TransferFailure::lost));
    desk.receive({desk.receipt("w2", DeliveryState::delivered, correlation)});
    CHECK(desk.delivery_row().state == DeliveryState::uncertain);
    CHECK(desk.retry().error().code == ErrorCode::conflict);
    REQUIRE(desk.retry(core::Duplicates::accept));
    desk.answer(200, "w2b");
    desk.answer(200, "w3");
    CHECK(desk.delivery_row().state == DeliveryState::sent);
    CHECK(desk.made("send").size() == 4);
  }
  SECTION("only the last one lost") {
    desk.answer(200, "w2");
    desk.transfers.complete_oldest(ScriptedTransfers::failed(connectors::TransferFailure::lost));
    desk.receive({desk.receipt("w2", DeliveryState::delivered, correlation)});
    CHECK(desk.delivery_row().state == DeliveryState::uncertain);
    desk.receive({desk.receipt("w3", DeliveryState::delivered, correlation)});
    CHECK(desk.delivery_row().state == DeliveryState::delivered);
  }
  CHECK(desk.due().empty());
}

TEST_CASE("a restart halfway leaves an uncertain reply that still knows its parts") {
  Halfway desk;
  desk.write([](core::Context& context) { return core::recover_abandoned(context, "second", 10); });
  CHECK(desk.delivery_row().state == DeliveryState::uncertain);
  CHECK(desk.delivery_row().external_ids == Texts{"w1"});
  CHECK(desk.delivery_row().reason->detail.find("The first message") == 0);
}

}  // namespace
}  // namespace inboxd::delivery
