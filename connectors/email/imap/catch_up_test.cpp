// Whole folders against a server that plays along: nothing twice, nothing lost, and no more under way than the window.
#include <algorithm>
#include <deque>

#include "connectors/email/imap/mailbox.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/imap_server.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr auto start = 1'763'800'000;

/// A host that stores what it is given, one commit at a time, over connections that may be cut off.
class Host {
 public:
  Host(test::ImapServer& server, MailboxOptions options) : server_(server), options_(std::move(options)) {}

  std::vector<std::string> originals;
  std::vector<std::string> findings;
  std::string state;
  std::size_t waiting_max = 0;  // originals given and not committed
  std::uint64_t waiting_bytes_max = 0;

  /// Goes on until the session idles and all is stored, or `cut_after` portions were read.
  void connect(std::size_t portion, std::size_t cut_after = SIZE_MAX) {
    session_ = open_mailbox(options_, state);
    server_.connect();
    pending_.clear();
    bytes_.clear();
    to_client_.clear();
    closed_ = false;
    take(session_->started(now_));
    go_on(portion, cut_after);
  }

  void go_on(std::size_t portion, std::size_t cut_after = SIZE_MAX) {
    for (std::size_t portions = 0; !closed_ && portions < cut_after;) {
      if (to_client_.empty() && pending_.empty()) return;
      // The store is slower than the server.
      if (!to_client_.empty()) {
        const std::string bytes = to_client_.substr(0, portion);
        to_client_.erase(0, portion);
        ++portions;
        now_ += Milliseconds{1};
        take(session_->received(bytes, now_));
      } else {
        commit();
      }
    }
    // What a session gave before it closed is stored before it is opened again.
    while (closed_ && !pending_.empty()) store();
  }

  void exists() { to_client_ += server_.exists(); }

 private:
  struct Pending {
    std::string original;
    std::string state;
    bool is_original;
  };

  void take(const StreamActions& actions) {
    for (const auto& piece : actions.pieces) {
      if (const auto* bytes = std::get_if<OriginalBytes>(&piece)) {
        bytes_ += bytes->bytes;
      } else if (const auto* end = std::get_if<OriginalEnd>(&piece)) {
        pending_.push_back({std::exchange(bytes_, {}), end->state, true});
      } else if (const auto* moved = std::get_if<StateMoved>(&piece)) {
        pending_.push_back({{}, moved->state, false});
      }
    }
    std::uint64_t waiting = 0;
    for (const auto& pending : pending_) waiting += pending.original.size();
    waiting_max =
        std::max(waiting_max, static_cast<std::size_t>(std::count_if(pending_.begin(), pending_.end(),
                                                                     [](const Pending& p) { return p.is_original; })));
    waiting_bytes_max = std::max(waiting_bytes_max, waiting);
    if (actions.finding) findings.push_back(actions.finding->code + ": " + actions.finding->detail);
    closed_ = closed_ || actions.close;
    to_client_ += server_.hear(actions.write);
  }

  void commit() {
    store();
    take(session_->committed(now_));
  }

  void store() {
    if (pending_.front().is_original) originals.push_back(pending_.front().original);
    state = pending_.front().state;
    pending_.pop_front();
  }

  test::ImapServer& server_;
  MailboxOptions options_;
  std::unique_ptr<StreamSession> session_;
  Timestamp now_ = from_unix_seconds(start);
  std::deque<Pending> pending_;
  std::string bytes_;
  std::string to_client_;
  bool closed_ = false;
};

MailboxOptions all_of_inbox() {
  MailboxOptions options;
  options.folder = "INBOX";
  options.import = Import::all;
  return options;
}

std::string mail(std::uint32_t number, std::size_t size = 40) {
  std::string body = "mail " + std::to_string(number) + "\r\n";
  body.resize(std::max(size, body.size()), '.');
  return body;
}

}  // namespace

TEST_CASE("a folder of thousands comes whole, in order, within the window, and tells how far it is") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 3000; ++i) server.deliver(mail(i));
  Host host(server, all_of_inbox());
  host.connect(1500);
  REQUIRE(host.originals.size() == 3000);
  for (std::uint32_t i = 1; i <= 3000; ++i) REQUIRE(host.originals[i - 1] == mail(i));
  REQUIRE(host.waiting_max <= 64);
  REQUIRE(host.findings.front() == "first_sync: Reading the folder INBOX: 0 of 3,000 messages.");
  REQUIRE(host.findings.back() == "first_sync: The folder INBOX has been read.");
  REQUIRE(server.idles());
}

TEST_CASE("large messages wait for the store one window at a time") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 20; ++i) server.deliver(mail(i, 3U << 20U));
  Host host(server, all_of_inbox());
  host.connect(1U << 16U);
  REQUIRE(host.originals.size() == 20);
  REQUIRE(host.waiting_bytes_max <= 8U << 20U);
}

TEST_CASE("connections that are cut off anywhere lose nothing and bring nothing twice") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SeededRandom random(seed);
    test::ImapServer server;
    for (std::uint32_t i = 1; i <= 200; ++i) server.deliver(mail(i));
    Host host(server, all_of_inbox());
    for (std::uint32_t i = 201; i <= 230; ++i) {
      host.connect(1 + random.next() % 700, 1 + random.next() % 60);
      server.deliver(mail(i));
    }
    host.connect(1 + random.next() % 700);
    REQUIRE(host.originals.size() == 230);
    for (std::uint32_t i = 1; i <= 230; ++i) REQUIRE(host.originals[i - 1] == mail(i));
  }
}

TEST_CASE("what arrives while a folder is read, and in one notice, is not missed") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 100; ++i) server.deliver(mail(i));
  Host host(server, all_of_inbox());
  host.connect(100, 60);
  for (std::uint32_t i = 101; i <= 103; ++i) server.deliver(mail(i));
  host.exists();
  host.go_on(100);
  REQUIRE(host.originals.size() == 103);
  for (std::uint32_t i = 104; i <= 106; ++i) server.deliver(mail(i));
  host.exists();
  host.go_on(1);
  REQUIRE(host.originals.size() == 106);
  REQUIRE(server.idles());
}

TEST_CASE("messages that vanish while they are asked for are left out, and only they") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 500; ++i) server.deliver(mail(i));
  server.vanishes_every = 5;
  Host host(server, all_of_inbox());
  host.connect(1500);
  REQUIRE(host.originals.size() == 400);
  REQUIRE(host.state.find(R"("last_uid":500)") != std::string::npos);
}

TEST_CASE("messages on which the server hangs up are tried for a while, then passed over, and hold up no others") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 200; ++i) server.deliver(mail(i));
  server.unreadable = {50, 51, 150};
  server.unmeasurable = {120, 150};
  Host host(server, all_of_inbox());
  int connections = 0;
  for (; !server.idles() && connections < 100; ++connections) host.connect(700);
  REQUIRE(connections <= 4 * 6 + 1);
  REQUIRE(host.originals.size() == 200);
  // What can be had of it: here the server gives nothing of the first two and of the last, and all of the other.
  for (std::uint32_t i = 1; i <= 200; ++i)
    REQUIRE(host.originals[i - 1] == (server.unreadable.contains(i) ? std::string() : mail(i)));
  REQUIRE(host.state.find("refused") == std::string::npos);
}

TEST_CASE("a first sync goes on over a second connection, also behind a renumbered folder") {
  test::ImapServer server;
  for (std::uint32_t i = 1; i <= 100; ++i) server.deliver(mail(i));
  Host host(server, all_of_inbox());
  host.connect(100, 100);
  REQUIRE(host.originals.size() < 100);
  server.uidvalidity = 8;
  host.originals.clear();
  host.connect(100);
  REQUIRE(host.originals.size() == 100);
}

}  // namespace inboxd::connectors::email
