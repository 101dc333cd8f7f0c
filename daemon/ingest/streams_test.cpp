// Kept connections: what they bring is committed in order with the state it came with, and failures begin again there.
#include "daemon/ingest/streams.hpp"

#include <deque>
#include <stdexcept>

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"
#include "tests/support/scripted_streams.hpp"

namespace inboxd::ingest {
namespace {

using connectors::StreamActions;

/// Lines from the server: "+TEXT" more bytes of an original, "=STATE" its end, "-" dropped, ">STATE" the state moves,
/// "!" throws, "x" closes, "?" a finding. Each call is written back as a word.
class LineSession final : public connectors::StreamSession {
 public:
  explicit LineSession(std::string state) : state_(std::move(state)) {}
  StreamActions started(Timestamp /*now*/) override { return said("from[" + state_ + "]"); }
  StreamActions received(std::string_view bytes, Timestamp /*now*/) override {
    StreamActions actions;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto end = std::min(bytes.find('\n', at), bytes.size());
      line(std::string(bytes.substr(at, end - at)), actions);
      at = end + 1;
    }
    return actions;
  }
  StreamActions committed(Timestamp /*now*/) override { return said(" committed"); }
  StreamActions due(Timestamp /*now*/) override { return said(" due"); }
  StreamActions ending(Timestamp /*now*/) override { return said(" bye"); }

 private:
  static StreamActions said(std::string word) {
    StreamActions actions;
    actions.write = std::move(word);
    return actions;
  }
  static void line(const std::string& line, StreamActions& actions) {
    const auto rest = line.empty() ? line : line.substr(1);
    if (line.starts_with('+')) actions.pieces.emplace_back(connectors::OriginalBytes{rest});
    if (line.starts_with('=')) actions.pieces.emplace_back(connectors::OriginalEnd{"context", rest});
    if (line.starts_with('-')) actions.pieces.emplace_back(connectors::OriginalDropped{});
    if (line.starts_with('>')) actions.pieces.emplace_back(connectors::StateMoved{rest});
    if (line.starts_with('!')) throw std::logic_error("a bug of the session's");
    if (line.starts_with('x')) actions.close = true;
    if (line.starts_with('w')) actions.wake_after = Milliseconds{5'000};
    if (line.starts_with('?'))
      actions.finding = connectors::CheckFinding{InboxHealthState::degraded, "syncing", "1 of 9", {}};
  }
  std::string state_;
};

/// An original's first word is the message's id; "throw" breaks the parser, "unstorable" the product's own code.
class StreamChannel final : public connectors::Connector,
                            public connectors::Streams,
                            public connectors::ReadsOriginals {
 public:
  std::vector<std::string> names{"INBOX"};
  mutable std::uint64_t longest = 0;

  [[nodiscard]] const Capabilities& capabilities() const override { return can_; }
  [[nodiscard]] std::string account() const override { return {}; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {"imaps://mail.test:993"}; }
  [[nodiscard]] connectors::WebhookVerdict verify(const connectors::WebhookRequest&, Timestamp) const override {
    return connectors::RefuseWebhook{};
  }
  [[nodiscard]] Inbound normalise(const connectors::WebhookRequest&) const override { return {}; }
  [[nodiscard]] Result<void> validate(const Outbound&) const override { return {}; }
  [[nodiscard]] connectors::SendStep next_send_step(const Outbound&, const connectors::Exchanges&) const override {
    return SendOutcome{Unknown{"never"}};
  }
  [[nodiscard]] connectors::CheckStep next_check_step(const connectors::Exchanges&) const override {
    return connectors::CheckFinding{};
  }
  [[nodiscard]] std::vector<connectors::StreamEndpoint> streams() const override {
    std::vector<connectors::StreamEndpoint> endpoints;
    for (const auto& name : names) endpoints.push_back({name, "imaps://mail.test:993", {}, {}});
    return endpoints;
  }
  [[nodiscard]] std::unique_ptr<connectors::StreamSession> open(const connectors::StreamEndpoint&,
                                                                const std::string& state) const override {
    return std::make_unique<LineSession>(state);
  }
  [[nodiscard]] connectors::CheckFinding refused(const connectors::StreamEndpoint&,
                                                 const std::string& why) const override {
    return {InboxHealthState::unhealthy, "refused", why, {}};
  }
  [[nodiscard]] std::string_view original_mime() const override { return "message/rfc822"; }
  [[nodiscard]] Result<Inbound> read_original(connectors::OriginalSource& source, const std::string&,
                                              connectors::PartSink& parts) const override {
    longest = std::max(longest, source.size());
    std::string start(std::min<std::uint64_t>(source.size(), 40), '\0');
    if (auto read = source.read(start); !read) return read.error();
    MessageReceived event;
    event.external_id = start.substr(0, start.find(' '));
    if (event.external_id == "throw") throw std::logic_error("a bug of the parser's");
    event.origin.dedupe_key = event.external_id;
    event.thread.handle = "anna";
    if (event.external_id == "file") {
      if (auto begun = parts.begin(); !begun) return begun.error();
      if (auto written = parts.write(start); !written) return written.error();
      auto blob = parts.end();
      if (!blob) return blob.error();
      event.attachments.push_back({{}, "a.txt", "text/plain", {}, {}, *blob, {}});
    }
    return Inbound{{event}, {}, {}};
  }

 private:
  Capabilities can_;
};

struct Post : Desk {
  Post() { streams.reload(); }
  std::string state(const std::string& stream = "INBOX") {
    return read([&](const storage::Tables& tables) { return tables.inboxes().stream_state(inbox_id, stream); });
  }
  std::size_t messages() {
    return read([&](const storage::Tables& tables) {
      std::size_t count = 0;
      for (std::int64_t id = 1; tables.messages().find(MessageId{id}); ++id) ++count;
      return count;
    });
  }
  std::vector<storage::QuarantineRow> quarantine() {
    return read([&](const storage::Tables& tables) { return tables.originals().quarantine(inbox_id, {}, 10); });
  }
  InboxHealth health() { return inbox(inbox_id).health; }
  /// Work waits until the test runs it.
  void run_work() {
    while (!work.empty()) {
      auto [first, then] = std::move(work.front());
      work.pop_front();
      first();
      then();
    }
  }

  std::shared_ptr<StreamChannel> channel = std::make_shared<StreamChannel>();
  InboxId inbox_id = add_channel("mail", channel);
  ScriptedStreams connections;
  CountingIngestObserver observer;
  FollowUp follow_up{{readers, transfers, clock, observer, {}, {}}};
  bool work_waits = false;
  std::deque<std::pair<std::function<void()>, std::function<void()>>> work;
  command_bus::RunInBackground background = [this](std::function<void()> first, std::function<void()> then) {
    work.emplace_back(std::move(first), std::move(then));
    if (!work_waits) run_work();
  };
  Streams streams{{channels(), bus, readers, connections, blobs, clock, random, background, follow_up, observer}};
};

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
