// Delivery's promises over a real store: order, truth about what may have been sent, isolation, retries.
#include "daemon/delivery/engine.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/deferred_readers.hpp"
#include "tests/support/desk.hpp"

namespace inboxd::delivery {
namespace {

class Silent final : public Observer {
 public:
  void settled(InboxId /*inbox*/, OutboxId /*row*/, const SendOutcome& /*outcome*/) override { ++settled_rows; }
  void failed(InboxId /*inbox*/, std::string_view /*what*/, std::string_view /*detail*/) override { ++failures; }
  int settled_rows = 0;
  int failures = 0;
};

struct Office : Desk {
  std::unique_ptr<Engine> engine(const std::string& owner = "first") { return engine_over(readers, owner); }
  std::unique_ptr<Engine> engine_over(command_bus::Readers& read_by, const std::string& owner) {
    auto made = std::make_unique<Engine>(
        Engine::Surroundings{channels(), bus, read_by, transfers, clock, random, observer, owner});
    made->start();
    return made;
  }
  DeliveryReason reason(MessageId id) { return message(id).delivery->reason.value(); }

  Silent observer;
};

using connectors::TransferFailure;
using Texts = std::vector<std::string>;

TEST_CASE("a reply is sending before the network is touched, and sent with the provider's id after it") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  const auto engine = office.engine();
  CHECK(office.made("send") == Texts{"hello"});
  CHECK(office.delivery(message) == DeliveryState::sending);
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  CHECK(office.delivery(message) == DeliveryState::sent);
  CHECK(office.message(message).delivery->external_ids == Texts{"x1"});
  CHECK(engine->in_flight() == 0);
}

TEST_CASE("replies of one conversation go out in order, one in flight; another conversation does not wait") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto anna = office.conversation(inbox.id, "anna");
  office.reply(anna, "1");
  office.reply(anna, "2");
  office.reply(anna, "3");
  office.reply(office.conversation(inbox.id, "bruno"), "b");
  const auto engine = office.engine();
  CHECK(office.made("send") == Texts{"1", "b"});
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  CHECK(office.made("send") == Texts{"1", "b", "2"});
  office.transfers.complete(2, ScriptedTransfers::answered(500, ""));
  CHECK(office.made("send") == Texts{"1", "b", "2"});
  office.clock.advance(Milliseconds{3'000});
  CHECK(office.made("send") == Texts{"1", "b", "2", "2"});
  office.transfers.complete(3, ScriptedTransfers::answered(200, "x2"));
  CHECK(office.made("send") == Texts{"1", "b", "2", "2", "3"});
}

TEST_CASE("a lost answer is uncertain and never sent again by itself") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  inbox.channel->calls_lost_undelivered = GENERATE(false, true);
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  const auto engine = office.engine();
  office.transfers.complete_oldest(ScriptedTransfers::failed(TransferFailure::lost));
  CHECK(office.delivery(message) == DeliveryState::uncertain);
  office.clock.advance(std::chrono::hours{30});
  CHECK(office.made("send").size() == 1);
}

TEST_CASE("certain non-delivery is tried again, a refusal is final, a broken token pauses the inbox") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  const auto engine = office.engine();
  SECTION("no connection") {
    office.transfers.complete_oldest(ScriptedTransfers::failed(TransferFailure::not_sent));
    CHECK(office.delivery(message) == DeliveryState::queued);
    office.transfers.enqueue(200, "x1");
    office.clock.advance(Milliseconds{3'000});
    CHECK(office.delivery(message) == DeliveryState::sent);
  }
  SECTION("refused") {
    office.transfers.complete_oldest(ScriptedTransfers::answered(400, ""));
    CHECK(office.delivery(message) == DeliveryState::failed);
    CHECK(office.reason(message).code == "refused");
  }
  SECTION("token rejected") {
    office.transfers.complete_oldest(ScriptedTransfers::answered(401, ""));
    CHECK(office.delivery(message) == DeliveryState::queued);
    CHECK(office.inbox(inbox.id).outbound_paused == "token_rejected");
    office.clock.advance(std::chrono::hours{1});
    CHECK(office.made("send").size() == 1);
  }
}

TEST_CASE("an interrupted upload goes on with a new process; an interrupted send is uncertain") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  inbox.channel->uploads_first = true;
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  auto engine = office.engine("first");
  REQUIRE(office.made("upload").size() == 1);
  SECTION("during the upload") {
    engine = office.engine("second");
    office.clock.advance(Milliseconds{10});
    CHECK(office.made("upload").size() == 2);
    office.transfers.complete(1, ScriptedTransfers::answered(200, "file"));
    office.transfers.complete(2, ScriptedTransfers::answered(200, "x1"));
    CHECK(office.delivery(message) == DeliveryState::sent);
  }
  SECTION("during the send") {
    office.transfers.complete_oldest(ScriptedTransfers::answered(200, "file"));
    REQUIRE(office.made("send").size() == 1);
    engine = office.engine("second");
    CHECK(office.delivery(message) == DeliveryState::uncertain);
    office.clock.advance(std::chrono::hours{30});
    CHECK(office.made("send").size() == 1);
  }
}

TEST_CASE("a finished upload is not made again when only the send was refused for now") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  inbox.channel->uploads_first = true;
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  const auto engine = office.engine();
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "file"));
  office.transfers.complete_oldest(ScriptedTransfers::answered(503, ""));
  office.clock.advance(Milliseconds{3'000});
  CHECK(office.made("upload").size() == 1);
  CHECK(office.made("send").size() == 2);
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  CHECK(office.delivery(message) == DeliveryState::sent);
}

TEST_CASE("429 delays the whole inbox, and only it") {
  Office office;
  const auto shop = office.add_inbox("shop");
  const auto other = office.add_inbox("other");
  office.reply(office.conversation(shop.id, "anna"), "1");
  const auto engine = office.engine();
  office.transfers.complete_oldest(ScriptedTransfers::answered(429, ""));
  office.reply(office.conversation(shop.id, "bruno"), "2");
  office.reply(office.conversation(other.id, "carla"), "3");
  engine->wake();
  CHECK(office.made("send") == Texts{"1", "3"});
  office.clock.advance(Milliseconds{29'000});
  CHECK(office.made("send") == Texts{"1", "3"});
  office.clock.advance(Milliseconds{2'000});
  CHECK(office.made("send").size() == 4);
}

TEST_CASE("a pause that ends while the outbox is read delays nothing further") {
  Office office;
  const auto shop = office.add_inbox("shop");
  office.reply(office.conversation(shop.id, "anna"), "1");
  DeferredReaders deferred(office.readers);
  const auto engine = office.engine_over(deferred, "first");
  deferred.answer_all();
  office.transfers.complete_oldest(ScriptedTransfers::answered(429, ""));
  deferred.answer_all();
  // The row is due by the wall clock a moment before the inbox's pause is over by the other.
  const auto pause = office.clock.next_wait().value();
  office.clock.jump_wall_clock(Milliseconds{5});
  office.clock.advance(pause - Milliseconds{1});
  engine->wake();
  office.clock.advance(Milliseconds{2});
  deferred.answer_all();
  office.clock.advance(Milliseconds{5});
  deferred.answer_all();
  CHECK(office.made("send") == Texts{"1", "1"});
}

TEST_CASE("a clock that is set back puts no reply off") {
  const Milliseconds back = GENERATE(Milliseconds{90'000}, Milliseconds{3'600'000}, Milliseconds{365 * 86'400'000LL});
  Office office;
  const auto shop = office.add_inbox("shop");
  const auto message = office.reply(office.conversation(shop.id, "anna"), "1");
  const auto engine = office.engine();
  office.transfers.complete_oldest(ScriptedTransfers::answered(503, ""));
  office.clock.jump_wall_clock(-back);
  office.clock.advance(Milliseconds{1'900});
  CHECK(office.made("send") == Texts{"1"});
  office.clock.advance(Milliseconds{1'100});
  CHECK(office.made("send") == Texts{"1", "1"});
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  CHECK(office.delivery(message) == DeliveryState::sent);
}

TEST_CASE("a clock that was set back between two processes puts no reply off") {
  const Milliseconds back = GENERATE(Milliseconds{3'600'000}, Milliseconds{365 * 86'400'000LL});
  Office office;
  const auto shop = office.add_inbox("shop");
  office.reply(office.conversation(shop.id, "anna"), "1");
  auto engine = office.engine();
  office.transfers.complete_oldest(ScriptedTransfers::answered(503, ""));
  engine.reset();
  office.clock.jump_wall_clock(-back);
  engine = office.engine("second");
  CHECK(office.made("send") == Texts{"1", "1"});
}

TEST_CASE("a clock that is set back while the outbox is read puts no reply off") {
  Office office;
  const auto shop = office.add_inbox("shop");
  const auto message = office.reply(office.conversation(shop.id, "anna"), "1");
  DeferredReaders deferred(office.readers);
  const auto engine = office.engine_over(deferred, "first");
  deferred.answer_all();
  office.transfers.complete_oldest(ScriptedTransfers::answered(503, ""));
  deferred.read_one();
  office.clock.jump_wall_clock(Milliseconds{-3'600'000});
  deferred.answer_all();
  office.clock.advance(Milliseconds{3'000});
  deferred.answer_all();
  CHECK(office.made("send") == Texts{"1", "1"});
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  CHECK(office.delivery(message) == DeliveryState::sent);
}

TEST_CASE("a provider that hangs holds eight sends of its own inbox and nobody else's") {
  Office office;
  const auto hanging = office.add_inbox("hanging");
  const auto quick = office.add_inbox("quick");
  for (int i = 0; i < 300; ++i) office.reply(office.conversation(hanging.id, "p" + std::to_string(i)), "h");
  const auto message = office.reply(office.conversation(quick.id, "anna"), "quick");
  office.transfers.answer_by([](const connectors::Transfer& transfer) -> std::optional<connectors::Exchange> {
    if (std::get<connectors::TextBody>(transfer.body).text == "quick") return ScriptedTransfers::answered(200, "x1");
    return std::nullopt;
  });
  const auto engine = office.engine();
  CHECK(office.delivery(message) == DeliveryState::sent);
  CHECK(office.made("send").size() == sends_per_inbox_max + 1);
}

TEST_CASE("paces of inbox and conversation are kept") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  inbox.channel->can.inbox_pace = {10.0, 2.0};
  inbox.channel->can.conversation_pace = {1.0, 1.0};
  const auto anna = office.conversation(inbox.id, "anna");
  office.reply(anna, "1");
  office.reply(anna, "2");
  for (const auto* person : {"b", "c"}) office.reply(office.conversation(inbox.id, person), person);
  office.transfers.answer_by([](const connectors::Transfer&) { return ScriptedTransfers::answered(200, "x"); });
  const auto engine = office.engine();
  CHECK(office.made("send") == Texts{"1", "b"});
  office.clock.advance(Milliseconds{100});
  CHECK(office.made("send") == Texts{"1", "b", "c"});
  office.clock.advance(Milliseconds{800});
  CHECK(office.made("send").size() == 3);
  office.clock.advance(Milliseconds{200});
  CHECK(office.made("send") == Texts{"1", "b", "c", "2"});
}

TEST_CASE("an outcome that cannot be committed is committed later; nothing is sent twice meanwhile") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  const auto engine = office.engine();
  office.bus.disk_full = true;
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
  office.clock.advance(Milliseconds{20'000});
  CHECK(office.bus.refused > 5);
  CHECK(office.delivery(message) == DeliveryState::sending);
  office.bus.disk_full = false;
  office.clock.advance(Milliseconds{3'000});
  CHECK(office.delivery(message) == DeliveryState::sent);
  CHECK(office.made("send").size() == 1);
}

TEST_CASE("without a commit of the claim nothing is sent") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto engine = office.engine();
  const auto message = office.reply(office.conversation(inbox.id, "anna"), "hello");
  office.bus.disk_full = true;
  engine->wake();
  CHECK(office.made("send").empty());
  CHECK(office.delivery(message) == DeliveryState::queued);
  office.bus.disk_full = false;
  office.clock.advance(Milliseconds{3'000});
  CHECK(office.made("send").size() == 1);
}

TEST_CASE("nothing is sent before what an earlier process left in flight is settled") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  office.reply(office.conversation(inbox.id, "anna"), "hello");
  office.bus.disk_full = true;
  const auto engine = office.engine();
  office.bus.disk_full = false;
  engine->wake();
  CHECK(office.made("send").empty());
  office.clock.advance(commit_retry_pause);
  CHECK(office.made("send").size() == 1);
}

TEST_CASE("a reply that breaks the channel's code fails alone, with a reason") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto anna = office.conversation(inbox.id, "anna");
  const auto broken = office.reply(anna, "break");
  const auto next = office.reply(anna, "fine");
  office.transfers.answer_by([](const connectors::Transfer&) { return ScriptedTransfers::answered(200, "x"); });
  const auto engine = office.engine();
  CHECK(office.delivery(broken) == DeliveryState::failed);
  CHECK(office.reason(broken).code == "channel_broken");
  CHECK(office.delivery(next) == DeliveryState::sent);
}

TEST_CASE("draining claims nothing more and waits for what is in flight, up to the deadline") {
  Office office;
  const auto inbox = office.add_inbox("shop");
  const auto anna = office.conversation(inbox.id, "anna");
  office.reply(anna, "1");
  office.reply(anna, "2");
  const auto engine = office.engine();
  std::optional<std::size_t> left;
  engine->drain(Milliseconds{5'000}, [&](std::size_t count) { left = count; });
  CHECK_FALSE(left);
  SECTION("it ends in time") {
    office.transfers.complete_oldest(ScriptedTransfers::answered(200, "x1"));
    CHECK(left == 0U);
  }
  SECTION("it does not") {
    office.clock.advance(Milliseconds{5'000});
    CHECK(left == 1U);
  }
  CHECK(office.made("send") == Texts{"1"});
}

}  // namespace
}  // namespace inboxd::delivery
