// What one reader of the log gets: everything that it may see, once, in order, chained by `previous`, whatever comes
// from the ring and whatever from the log.
#include "daemon/live/subscription.hpp"

#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/support/log_desk.hpp"

namespace inboxd::live {
namespace {

struct Fixture : LogDesk {
  Fixture() {
    support = add_inbox("support").id;
    sales = add_inbox("sales").id;
    first = conversation(support, "anna");
    second = conversation(sales, "bruno");
    start = head();
    deferred_hub.committed(start);
    deferred.answer_all();
  }
  void messages(int count) { add_messages(first, "hello", count); }
  void tell_deferred() { deferred_hub.committed(head()); }
  std::unique_ptr<Subscription> subscribe(Hub& from, Filter filter, std::int64_t since) {
    auto subscription = std::make_unique<Subscription>(from, outlet, "s1", std::move(filter));
    subscription->start(since);
    return subscription;
  }
  /// The chain from `since`: each frame names the cursor given before it; returns the events' sequences.
  std::vector<std::int64_t> follow_chain(std::int64_t since) {
    std::vector<std::int64_t> sequences;
    auto given = cursor(since);
    for (std::size_t i = 0; i < outlet.frames.texts.size(); ++i) {
      const auto frame = outlet.frames.at(i);
      if (field(frame, "type") == "event") {
        CHECK(field(frame, "previous") == given);
        sequences.push_back(parse_cursor(field(frame, "cursor"))->sequence);
      }
      given = field(frame, "cursor");
    }
    return sequences;
  }

  InboxId support;
  InboxId sales;
  ConversationId first;
  ConversationId second;
  std::int64_t start = 0;
  FramesOutlet outlet;
  Hub deferred_hub{deferred, channels(), "e1", 0};
};

std::vector<std::int64_t> range(std::int64_t after, std::int64_t to) {
  std::vector<std::int64_t> all;
  for (auto i = after + 1; i <= to; ++i) all.push_back(i);
  return all;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "a subscription replays from the log, says live once, then follows the ring") {
  messages(7);
  tell();
  const auto subscription = subscribe(hub, Filter(everybody()), start);
  messages(3);
  tell();
  CHECK(follow_chain(start) == range(start, head()));
  REQUIRE(outlet.frames.of_type("live").size() == 1);
  CHECK(field(outlet.frames.at(7), "type") == "live");
}

TEST_CASE_METHOD(Fixture, "nothing is missing or twice where pages of the log end and the ring begins") {
  Hub late(readers, channels(), "e1", start + 600);  // its ring knows nothing of what came before
  messages(1'230);
  const auto subscription = subscribe(late, Filter(everybody()), start);
  CHECK(follow_chain(start) == range(start, start + 600));
  late.committed(head());
  CHECK(follow_chain(start) == range(start, head()));
  CHECK(outlet.frames.of_type("live").size() == 1);
}

TEST_CASE_METHOD(Fixture, "a subscription that begins beyond the hub's head gets only what comes after") {
  messages(5);
  const auto subscription = subscribe(hub, Filter(everybody()), head());
  CHECK(outlet.frames.of_type("live").size() == 1);
  tell();
  CHECK(outlet.frames.of_type("event").empty());
  messages(2);
  tell();
  CHECK(follow_chain(start + 5) == range(start + 5, start + 7));
}

TEST_CASE_METHOD(Fixture, "rights and filters leave gaps in the sequence and none in the chain") {
  const auto agent_id = add_agent("ag", Role::agent, {sales});
  const auto subscription = subscribe(hub, Filter(agent(agent_id)), start);
  for (int i = 0; i < 4; ++i) {
    add_message(first, "hidden");
    add_message(second, "seen");
    tell();
  }
  CHECK(follow_chain(start) == std::vector<std::int64_t>{start + 2, start + 4, start + 6, start + 8});
}

TEST_CASE_METHOD(Fixture,
                 "mark moves a quiet subscription on, also behind frames that still wait, and says nothing twice") {
  Filter filter(everybody());
  REQUIRE(filter.narrow_to_events({"contact.*"}));
  const auto subscription = subscribe(hub, std::move(filter), start);
  messages(3);
  tell();
  CHECK(outlet.frames.of_type("event").empty());
  outlet.frames.unsent = 15;  // a ping just before
  subscription->mark();
  subscription->mark();
  REQUIRE(outlet.frames.of_type("mark").size() == 1);
  CHECK(field(outlet.frames.last(), "cursor") == cursor(head()));
}

TEST_CASE_METHOD(Fixture, "a slow reader costs one cursor: it leaves the ring and is fed as it drains") {
  const auto subscription = subscribe(hub, Filter(everybody()), start);
  outlet.frames.slow = true;
  const std::string text(16'000, 'x');
  add_messages(first, text, 200);
  tell();
  CHECK(outlet.frames.unsent < unsent_max + page_bytes_max + (256U << 10U));
  CHECK(outlet.frames.of_type("event").size() < 150);
  for (int i = 0; i < 10; ++i) {
    outlet.frames.drain();
    subscription->resume();
    CHECK(outlet.frames.unsent < unsent_max + page_bytes_max + (256U << 10U));
  }
  CHECK(follow_chain(start) == range(start, head()));
  CHECK(outlet.frames.of_type("live").size() == 1);
}

TEST_CASE_METHOD(Fixture, "a page of the log is cut by its bytes as well as by its count") {
  const std::string text(16'000, 'x');
  add_messages(first, text, 200);
  tell();
  Page page;
  hub.read_page(start, Filter(everybody()), 500, [&](Result<Page> read) { page = std::move(read).value(); });
  CHECK(page.events.size() < 100);
  CHECK(page.scanned_to == page.events.back().sequence);
}

TEST_CASE_METHOD(Fixture, "a subscription may be destroyed while its read is under way") {
  messages(3);
  tell_deferred();
  deferred.answer_all();
  Hub fresh(deferred, channels(), "e1", head());
  auto subscription = subscribe(fresh, Filter(everybody()), start);
  deferred.read_one();
  subscription.reset();
  deferred.answer_all();
  CHECK(outlet.frames.texts.empty());
  CHECK(fresh.followers() == 0);
}

TEST_CASE_METHOD(Fixture, "events that are committed during a read of a page come after the page, once") {
  messages(2);
  Hub fresh(deferred, channels(), "e1", head());
  const auto subscription = subscribe(fresh, Filter(everybody()), start);
  deferred.read_one();
  messages(2);
  fresh.committed(head());
  deferred.answer_all();
  CHECK(follow_chain(start) == range(start, head()));
  CHECK(outlet.frames.of_type("live").size() == 1);
}

TEST_CASE_METHOD(Fixture, "a read of the news that failed is made again when the hub is reminded") {
  const auto subscription = subscribe(deferred_hub, Filter(everybody()), start);
  messages(2);
  tell_deferred();
  deferred.fail_one();
  CHECK(outlet.frames.of_type("event").empty());
  deferred_hub.committed(deferred_hub.head());
  deferred.answer_all();
  CHECK(follow_chain(start) == range(start, head()));
}

TEST_CASE_METHOD(Fixture, "who lost a right while a page is read is cut off instead of fed") {
  const auto agent_id = add_agent("ag", Role::agent, {support});
  messages(2);
  Hub fresh(deferred, channels(), "e1", head());

  struct Cut final : Outlet {
    void send(std::string_view, const std::shared_ptr<const std::string>&) override { ++frames; }
    [[nodiscard]] std::size_t unsent() const override { return 0; }
    void cut_off() override {
      ++cuts;
      subscription.reset();
    }
    int frames = 0;
    int cuts = 0;
    std::unique_ptr<Subscription> subscription;
  } cut;
  cut.subscription = std::make_unique<Subscription>(fresh, cut, "s1", Filter(agent(agent_id)));
  cut.subscription->start(start);
  write([&](core::Context& context) {
    auto row = *context.tables.agents().find(agent_id);
    row.inboxes = {sales};
    ++row.version;
    context.tables.agents().update(row);
    return true;
  });
  deferred.answer_all();
  CHECK(cut.frames == 0);
  CHECK(cut.cuts == 1);
}

TEST_CASE_METHOD(Fixture, "a reader whose place the log has lost is cut off instead of given a part") {
  messages(3);
  clock.advance(Milliseconds{1'000});
  messages(3);
  write([&](core::Context& context) { return context.tables.events().remove_before(context.now, 100); });
  Hub fresh(readers, channels(), "e1", head());
  Result<Page> page = Error{};
  fresh.read_page(start, Filter(everybody()), 100, [&](Result<Page> read) { page = std::move(read); });
  REQUIRE_FALSE(page);
  CHECK(page.error().code == ErrorCode::resync_required);
}

TEST_CASE_METHOD(Fixture, "a follower may leave, and take others along, from within a notification") {
  struct Leaver final : Follower {
    explicit Leaver(Hub& from) : hub_(from) { hub_.follow(*this); }
    ~Leaver() override { hub_.unfollow(*this); }
    void log_moved() override {
      ++told;
      if (other) other.reset();
    }
    Hub& hub_;
    std::unique_ptr<Leaver> other;
    int told = 0;
  } a(hub);
  a.other = std::make_unique<Leaver>(hub);
  messages(1);
  tell();
  CHECK(a.told == 1);
  CHECK(hub.followers() == 1);
}

TEST_CASE_METHOD(Fixture, "the ring forgets by count and by bytes, and the log goes on from there") {
  const std::string text(16'000, 'x');
  add_messages(first, text, 700);
  tell();
  CHECK(hub.next_in_ring(start) == nullptr);
  REQUIRE(hub.next_in_ring(head() - 1) != nullptr);
  CHECK(hub.next_in_ring(head() - 1)->sequence == head());
  CHECK(hub.next_in_ring(head()) == nullptr);
  const auto subscription = subscribe(hub, Filter(everybody()), start);
  CHECK(follow_chain(start) == range(start, head()));
}

namespace {

/// An object that cannot be shown, as a row with a broken value would make it.
struct BrokenChannels final : core::ChannelDirectory {
  [[nodiscard]] const connectors::Connector* find(InboxId) const override { throw std::out_of_range("broken"); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "an event that cannot be shown is stepped over, told, and holds nothing up") {
  std::vector<std::string> told;
  Hub frail(
      readers, [] { return std::make_shared<const BrokenChannels>(); }, "e1", start,
      [&](const std::string& why) { told.push_back(why); });
  const auto following = subscribe(frail, Filter(everybody()), start);
  messages(1);
  add_inbox("third");
  messages(1);
  frail.committed(head());
  CHECK(follow_chain(start) == std::vector{start + 1, head()});
  REQUIRE(told.size() == 1);
  CHECK(told.front() == "event " + std::to_string(start + 2) + ": broken");
  // From the log as from the ring.
  outlet.frames.texts.clear();
  Hub later(
      readers, [] { return std::make_shared<const BrokenChannels>(); }, "e1", head(),
      [&](const std::string& why) { told.push_back(why); });
  const auto replaying = subscribe(later, Filter(everybody()), start);
  CHECK(follow_chain(start) == std::vector{start + 1, head()});
  CHECK(told.size() == 2);
}

}  // namespace inboxd::live
