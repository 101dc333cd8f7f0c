// Polls: the offset moves with the commit of what it brought, and failures are waited out.
#include "daemon/ingest/pollers.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"

namespace inboxd::ingest {
namespace {

using Texts = std::vector<std::string>;

struct Post : Desk {
  Post() {
    inbox = add_inbox("shop");
    inbox.channel->polls = true;
  }
  std::string state() {
    return read([&](const storage::Tables& tables) { return tables.inboxes().connector_state(inbox.id); });
  }

  AddedInbox inbox;
  CountingIngestObserver observer;
  FollowUp follow_up{{readers, transfers, clock, observer, {}, {}}};
  Pollers pollers{{channels(), bus, readers, transfers, clock, random, follow_up, observer}};
};

TEST_CASE("a poll asks from the stored state, stores what came, and asks on") {
  Post post;
  post.pollers.reload();
  REQUIRE(post.made("poll") == Texts{""});
  post.transfers.complete_oldest(ScriptedTransfers::answered(200, "message m1 anna"));
  CHECK(post.state() == "+");
  CHECK(post.observer.stored == 1);
  post.clock.advance(Milliseconds{1});
  CHECK(post.made("poll") == Texts{"", "+"});
}

TEST_CASE("a commit that failed leaves the state: the very same poll is made again") {
  Post post;
  post.pollers.reload();
  post.bus.disk_full = true;
  post.transfers.complete_oldest(ScriptedTransfers::answered(200, "message m1 anna"));
  CHECK(post.state().empty());
  post.clock.advance(Milliseconds{60'000});
  CHECK(post.made("poll") == Texts{"", ""});
  post.bus.disk_full = false;
  post.transfers.complete_oldest(ScriptedTransfers::answered(200, "message m1 anna"));
  CHECK(post.state() == "+");
  CHECK(post.observer.stored == 1);
}

TEST_CASE("failures are waited out for longer and longer; an empty answer is not asked for in a hurry") {
  Post post;
  post.transfers.answer_by([](const connectors::Transfer&) { return ScriptedTransfers::answered(502, ""); });
  post.pollers.reload();
  post.clock.advance(Milliseconds{600'000});
  CHECK(post.made("poll").size() >= 8);
  CHECK(post.made("poll").size() <= 13);
  CHECK(post.observer.polls == 0);
  Post quiet;
  quiet.transfers.answer_by([](const connectors::Transfer&) { return ScriptedTransfers::answered(200, ""); });
  quiet.pollers.reload();
  quiet.clock.advance(Milliseconds{10'500});
  CHECK(quiet.made("poll").size() == 11);
  CHECK(quiet.observer.polls >= 10);
}

TEST_CASE("bytes that the channel's code stumbles over are kept once, and the inbox says so") {
  Post post;
  post.transfers.answer_by([](const connectors::Transfer&) { return ScriptedTransfers::answered(200, "throw"); });
  post.pollers.reload();
  post.clock.advance(Milliseconds{60'000});
  CHECK(post.made("poll").size() > 2);
  CHECK(post.inbox.channel->polls);
  const auto kept = post.read(
      [&](const storage::Tables& tables) { return tables.originals().quarantine(post.inbox.id, std::nullopt, 10); });
  CHECK(kept.size() == 1);
  CHECK(post.Desk::inbox(post.inbox.id).health.code == "poll_broken");
}

TEST_CASE("one loop per inbox, which ends when polling is switched off, and begins again on reload") {
  Post post;
  post.pollers.reload();
  post.pollers.reload();
  CHECK(post.made("poll").size() == 1);
  post.inbox.channel->polls = false;
  post.transfers.complete_oldest(ScriptedTransfers::answered(500, ""));
  post.clock.advance(Milliseconds{600'000});
  CHECK(post.made("poll").size() == 1);
  post.inbox.channel->polls = true;
  post.pollers.reload();
  CHECK(post.made("poll").size() == 2);
  post.pollers.stop();
  post.transfers.complete_oldest(ScriptedTransfers::answered(200, "message m1 anna"));
  CHECK(post.state().empty());
}

}  // namespace
}  // namespace inboxd::ingest
