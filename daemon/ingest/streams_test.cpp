// Kept connections: what they bring is committed in order with the state it came with, and failures begin again there.
#include "daemon/ingest/streams.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_desk.hpp"

namespace inboxd::ingest {
namespace {

using Post = StreamDesk;

TEST_CASE("an original is stored with the state it came with, and only then told to the session") {
  Post post;
  REQUIRE(post.connections.count() == 1);
  post.connections.last().connect();
  CHECK(post.connections.last().written == "from[]");
  post.connections.last().feed("+m1 hel\n+lo\n=1\n");
  CHECK(post.connections.last().written == "from[] committed");
  CHECK(post.state() == "1");
  CHECK(post.messages() == 1);
  CHECK(post.observer.stored == 1);
  const auto original = *post.read([](const storage::Tables& tables) { return tables.originals().find({1}); });
  CHECK(original.body == "m1 hello");
  CHECK(original.mime == "message/rfc822");
  CHECK(post.health().state == InboxHealthState::healthy);
}

TEST_CASE("originals that are understood out of order are committed in order") {
  Post post;
  post.connections.last().connect();
  post.work_waits = true;
  post.connections.last().feed("+m1\n=1\n+m2\n=2\n>3\n");
  REQUIRE(post.work.size() == 2);
  std::swap(post.work.front(), post.work.back());
  auto [first, then] = std::move(post.work.front());
  post.work.pop_front();
  first();
  then();
  CHECK(post.state().empty());
  CHECK(post.messages() == 0);
  post.run_work();
  CHECK(post.state() == "3");
  CHECK(post.messages() == 2);
  CHECK(post.connections.last().written == "from[] committed committed committed");
}

TEST_CASE("a connection that breaks begins again from the stored state, and brings nothing twice") {
  Post post;
  post.connections.last().connect();
  post.connections.last().feed("+m1\n=1\n+m2 half");
  post.connections.last().close();
  post.clock.advance(Milliseconds{2'000});
  REQUIRE(post.connections.count() == 2);
  post.connections.last().connect();
  CHECK(post.connections.last().written == "from[1]");
  post.connections.last().feed("+m1\n=1\n+m2\n=2\n");
  CHECK(post.messages() == 2);
  CHECK(post.state() == "2");
}

TEST_CASE("a store that fails acknowledges nothing: the connection goes, and the stored state is asked from again") {
  Post post;
  post.connections.last().connect();
  post.bus.disk_full = true;
  post.connections.last().feed("+m1\n=1\n+m2\n=2\n");
  CHECK_FALSE(post.connections.last().open);
  CHECK(post.connections.last().written == "from[] bye");
  post.bus.disk_full = false;
  post.clock.advance(Milliseconds{2'000});
  REQUIRE(post.connections.count() == 2);
  post.connections.last().connect();
  CHECK(post.connections.last().written == "from[]");
  post.connections.last().feed("+m1\n=1\n");
  CHECK(post.state() == "1");
}

TEST_CASE("what breaks the parser is kept in quarantine, the cursor moves on, and the inbox says so") {
  Post post;
  post.connections.last().connect();
  post.connections.last().feed("+throw me\n=1\n+m2\n=2\n");
  CHECK(post.state() == "2");
  CHECK(post.messages() == 1);
  const auto kept = post.quarantine();
  REQUIRE(kept.size() == 1);
  const auto original =
      *post.read([&](const storage::Tables& tables) { return tables.originals().find(kept[0].original); });
  CHECK(original.body == "throw me");
  CHECK(post.health().code == "original_not_understood");
}

TEST_CASE("a large original becomes a blob, and so does an attachment") {
  Post post;
  post.connections.last().connect();
  const std::string piece(100'000, 'x');
  post.connections.last().feed("+file " + piece + '\n');
  for (int i = 0; i < 9; ++i) post.connections.last().feed('+' + piece + '\n');
  post.connections.last().feed("=1\n");
  CHECK(post.channel->longest == 1'000'005);
  const auto original = *post.read([](const storage::Tables& tables) { return tables.originals().find({1}); });
  CHECK(original.body.empty());
  REQUIRE(post.blobs.open(original.blob_hash));
  CHECK(post.blobs.open(original.blob_hash)->size() == 1'000'005);
  CHECK(post.message(MessageId{1}).attachments.at(0).state == AttachmentState::ready);
}

TEST_CASE("more than fits into memory waits on the network until it is understood") {
  Post post;
  post.connections.last().connect();
  post.work_waits = true;
  for (int i = 0; i < 40; ++i)
    post.connections.last().feed("+m" + std::to_string(i) + "\n=" + std::to_string(i) + '\n');
  CHECK(post.connections.last().paused);
  post.run_work();
  CHECK_FALSE(post.connections.last().paused);
  CHECK(post.messages() == 40);
  CHECK(post.state() == "39");
  post.connections.last().feed('+' + std::string(5'000'000, 'x') + '\n');
  CHECK(post.connections.last().paused);
  post.connections.last().feed("-\n");
  CHECK_FALSE(post.connections.last().paused);
}

TEST_CASE("what cannot be reached is tried for longer and longer; the second failure in a row is said") {
  Post post;
  post.connections.last().close();
  CHECK(post.health().state == InboxHealthState::healthy);
  post.clock.advance(Milliseconds{2'000});
  REQUIRE(post.connections.count() == 2);
  post.connections.last().close(transfers::ClosedBy::failure, "no route");
  CHECK(post.health().code == "refused");
  CHECK(post.health().detail == "no route");
  for (int i = 0; i < 12; ++i) {
    post.clock.fire_next();
    post.connections.last().close();
  }
  const auto before = post.connections.count();
  CHECK(post.clock.next_wait().value() >= longest_stream_backoff / 2);
  post.clock.advance(longest_stream_backoff);
  CHECK(post.connections.count() == before + 1);
  post.connections.last().connect();
  CHECK(post.health().state == InboxHealthState::healthy);
}

TEST_CASE("a refused login is said at once and tried again after a minute at most, then ever more seldom") {
  Post post;
  post.connections.last().close(transfers::ClosedBy::login_refused, "wrong password");
  CHECK(post.health().code == "refused");
  CHECK(post.clock.next_wait().value() >= first_login_backoff / 2);
  post.clock.advance(first_login_backoff);
  REQUIRE(post.connections.count() == 2);
  for (int i = 0; i < 8; ++i) {
    post.connections.last().close(transfers::ClosedBy::login_refused);
    post.clock.fire_next();
  }
  post.connections.last().close(transfers::ClosedBy::login_refused);
  CHECK(post.clock.next_wait().value() >= longest_login_backoff / 2);
  CHECK(post.clock.next_wait().value() <= longest_login_backoff);
}

TEST_CASE("what a session gave before it closed is stored before it is opened again") {
  Post post;
  post.work_waits = true;
  post.connections.last().connect();
  post.connections.last().feed("+1 hello\n=one\n>tried twice\nx\n");
  CHECK_FALSE(post.connections.last().open);
  CHECK(post.state().empty());
  post.clock.advance(longest_stream_backoff);
  CHECK(post.connections.count() == 1);
  post.run_work();
  CHECK(post.state() == "tried twice");
  CHECK(post.messages() == 1);
  post.clock.advance(longest_stream_backoff);
  REQUIRE(post.connections.count() == 2);
  post.connections.last().connect();
  CHECK(post.connections.last().written == "from[tried twice]");
}

TEST_CASE("an access token is asked for before each login, and a refused grant is a refused login") {
  Post post;
  post.channel->asks_token = true;
  connectors::Exchange token;
  token.status = 200;
  token.body = "first";
  post.transfers.answer_by([&token](const connectors::Transfer&) { return token; });
  post.streams.reload();
  CHECK(post.connections.last().endpoint.login->bearer == "first");
  post.connections.last().connect();
  const auto connected = post.connections.count();
  token.status = 401;
  post.connections.last().close();
  post.clock.advance(longest_stream_backoff);
  CHECK(post.connections.count() == connected);
  CHECK(post.health().state == InboxHealthState::unhealthy);
  token.status = 200;
  token.body = "second";
  post.clock.advance(longest_login_backoff);
  CHECK(post.connections.last().endpoint.login->bearer == "second");
}

TEST_CASE("a session that breaks, closes, waits or finds something is followed") {
  Post post;
  post.connections.last().connect();
  post.connections.last().feed("w\n?\n");
  CHECK(post.health().code == "syncing");
  post.clock.advance(Milliseconds{5'000});
  CHECK(post.connections.last().written == "from[] due");
  post.connections.last().feed("x\n");
  CHECK_FALSE(post.connections.last().open);
  post.clock.advance(Milliseconds{2'000});
  post.connections.last().connect();
  CHECK(post.health().state == InboxHealthState::healthy);
  post.connections.last().feed("!\n");
  CHECK(post.health().code == "stream_broken");
  CHECK_FALSE(post.connections.last().open);
}

TEST_CASE("a reload says goodbye and returns with the settings as they are now; the worst of an inbox is its health") {
  Post post;
  post.connections.last().connect();
  post.connections.last().feed("+m1\n=1\n");
  auto more = std::make_shared<StreamChannel>();
  more->names = {"INBOX", "Sent"};
  post.replace_channel("mail", more);
  post.streams.reload();
  CHECK(post.connections.at(0).written == "from[] committed bye");
  CHECK_FALSE(post.connections.at(0).open);
  REQUIRE(post.connections.count() == 3);
  post.connections.at(1).connect();
  CHECK(post.connections.at(1).written == "from[1]");
  post.connections.at(2).close(transfers::ClosedBy::login_refused);
  CHECK(post.health().code == "refused");
  auto one = std::make_shared<StreamChannel>();
  post.replace_channel("mail", one);
  post.streams.reload();
  REQUIRE(post.connections.count() == 4);
  post.connections.last().connect();
  CHECK(post.health().state == InboxHealthState::healthy);
  post.streams.stop();
  CHECK(post.connections.last().written == "from[1] bye");
  CHECK_FALSE(post.connections.last().open);
  post.clock.advance(Milliseconds{3'600'000});
  CHECK(post.connections.count() == 4);
}

}  // namespace
}  // namespace inboxd::ingest
