// Mail over a real socket into a real store: acknowledged after the commit, once, for each recipient.
#include "daemon/ingest/lmtp/listener.hpp"

#include <fstream>

#include <sys/stat.h>

#include "connectors/email/token.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/lmtp_desk.hpp"

namespace inboxd::ingest::lmtp {
namespace {

std::string mail(const std::string& id, const std::string& text = "Hello.") {
  return "From: Anna <anna@example.com>\r\nTo: undisclosed-recipients:;\r\nSubject: Lamp\r\nMessage-ID: <" + id +
         "@example.com>\r\n\r\n" + text + "\r\n";
}

/// Up to where the store is waited for.
void hand_over_to_a_slow_disk(LmtpDesk& desk, MailServer& server) {
  server.greet();
  desk.work_waits = true;
  REQUIRE(server.begin({"support@shop.example"}));
  server.send(mail("m1") + ".\r\n");
  server.turn([&] { return !desk.work.empty(); });
}

struct TemporaryFolder {
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "lmtp-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored_at_the_end_of_a_test;
    std::filesystem::remove_all(path, ignored_at_the_end_of_a_test);
  }
  std::filesystem::path path;
};

TEST_CASE("lmtp: a mail is stored for the inbox of its recipient, with its return path, and then acknowledged") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  CHECK(server.hand_over({"Support@Shop.example"}, mail("m1")) == std::vector<std::string>{"250 2.0.0 Stored"});
  const auto stored = desk.messages();
  REQUIRE(stored.size() == 1);
  CHECK(stored[0].text == "Hello.");
  CHECK(stored[0].external_id == "<m1@example.com>");
  const auto original = *desk.read([](const storage::Tables& tables) { return tables.originals().find({1}); });
  CHECK(original.body == "Return-Path: <anna@example.com>\r\n" + mail("m1"));
  CHECK(original.mime == "message/rfc822");
  CHECK(desk.counted("support", RecipientAnswer::accepted) == 1);
  CHECK(server.ask("QUIT").starts_with("221 "));
  CHECK(server.line().empty());
  CHECK(desk.listener.connections() == 0);
}

TEST_CASE("lmtp: one mail to several inboxes is stored in each, once however many of its addresses it names") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  CHECK(server.ask("MAIL FROM:<anna@example.com>").starts_with("250 "));
  CHECK(server.ask("RCPT TO:<ghost@shop.example>").starts_with("550 5.1.1 "));
  CHECK(server.hand_over({}, "").empty());
  CHECK(server.ask("RSET").starts_with("250 "));
  const auto answers =
      server.hand_over({"support@shop.example", "sales@shop.example", "support+vip@shop.example"}, mail("m1"));
  CHECK(answers == std::vector<std::string>(3, "250 2.0.0 Stored"));
  const auto stored = desk.messages();
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].inbox != stored[1].inbox);
  CHECK(desk.counted("support", RecipientAnswer::accepted) == 2);
  CHECK(desk.counted("sales", RecipientAnswer::accepted) == 1);
  CHECK(desk.counted("", RecipientAnswer::refused) == 1);
}

TEST_CASE("lmtp: what was stored before, by whatever way, is acknowledged and not stored again") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  for (int i = 0; i < 2; ++i) CHECK(server.hand_over({"support@shop.example"}, mail("m1")).at(0) == "250 2.0.0 Stored");
  // As IMAP gives it from a mailbox into which the same mail was delivered.
  CHECK(
      server.hand_over({"support@shop.example"}, "Delivered-To: <support@shop.example>\r\nReceived: x\r\n" + mail("m1"))
          .at(0) == "250 2.0.0 Stored");
  CHECK(desk.messages().size() == 1);
}

TEST_CASE("lmtp: a signed address that only the envelope names leads to its conversation") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  (void)server.hand_over({"support@shop.example"}, mail("m1"));
  const auto first = desk.messages().at(0);
  const auto tag = connectors::email::conversation_tag("key of support", to_string(first.conversation));
  (void)server.hand_over({"support+" + tag + "@shop.example"}, mail("m2", "And another thing."));
  (void)server.hand_over({"support+c1.0123456789abcdef@shop.example"}, mail("m3", "Guessed."));
  const auto stored = desk.messages();
  REQUIRE(stored.size() == 3);
  CHECK(stored[1].conversation == first.conversation);
  CHECK(stored[1].content.placed_by == "signature");
  CHECK(stored[2].content.placed_by != "signature");
}

TEST_CASE("lmtp: a store that cannot take a mail defers it, and takes it once when it comes again") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  desk.bus.disk_full = true;
  CHECK(server.hand_over({"support@shop.example"}, mail("m1")).at(0).starts_with("451 4.3.0 "));
  CHECK(desk.messages().empty());
  CHECK(desk.counted("support", RecipientAnswer::deferred) == 1);
  desk.bus.disk_full = false;
  CHECK(server.hand_over({"support@shop.example"}, mail("m1")).at(0) == "250 2.0.0 Stored");
  CHECK(desk.messages().size() == 1);
}

TEST_CASE("lmtp: nobody is told before the store has answered, and a mail that breaks off is none") {
  LmtpDesk desk;
  desk.work_waits = true;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  REQUIRE(server.begin({"support@shop.example"}));
  server.send(mail("m1") + ".\r\nNOOP\r\n");
  server.turn([&] { return !desk.work.empty(); });
  CHECK(desk.messages().empty());
  desk.run_work();
  CHECK(server.answer() == "250 2.0.0 Stored");
  CHECK(server.answer() == "250 2.0.0 OK");

  MailServer leaving(desk.loop, desk.listener.port());
  leaving.greet();
  REQUIRE(leaving.begin({"support@shop.example"}));
  leaving.send(mail("m2"));
  leaving.leave();
  server.turn([&] { return desk.listener.connections() == 1; });
  desk.run_work();
  CHECK(desk.messages().size() == 1);
}

TEST_CASE("lmtp: a large mail goes to the disk as it comes, and waits on the network while the disk is busy") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  std::string text;
  while (text.size() < 3'000'000) text += std::string(70, 'x') + "\r\n";
  CHECK(server.hand_over({"support@shop.example"}, mail("m1", text)).at(0) == "250 2.0.0 Stored");
  const auto original = *desk.read([](const storage::Tables& tables) { return tables.originals().find({1}); });
  CHECK(original.body.empty());
  REQUIRE(desk.blobs.open(original.blob_hash));
  CHECK(desk.blobs.open(original.blob_hash)->size() > text.size());

  desk.work_waits = true;
  REQUIRE(server.begin({"support@shop.example"}));
  const std::string more(30'000'000, 'y');
  const auto sent = server.send_what_goes(more);
  CHECK(sent < more.size());  // what we hold, and both sockets' buffers
  desk.work_waits = false;
  desk.run_work();
  server.send(std::string_view(more).substr(sent));
  server.send("\r\n.\r\n");
  CHECK(server.answer() == "250 2.0.0 Stored");
}

TEST_CASE("lmtp: a mail beyond the limit is refused for its recipients, and leaves nothing") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  CHECK(server.ask("MAIL FROM:<a@b> SIZE=52428801").starts_with("552 5.3.4 "));
  REQUIRE(server.begin({"support@shop.example", "sales@shop.example"}));
  const std::string piece(1'000'000, 'x');
  for (int i = 0; i < 53; ++i) server.send(piece);
  server.send("\r\n.\r\n");
  CHECK(server.answer().starts_with("552 5.3.4 "));
  CHECK(server.answer().starts_with("552 5.3.4 "));
  CHECK(desk.messages().empty());
  CHECK(desk.counted("sales", RecipientAnswer::refused) == 1);
  CHECK(server.hand_over({"support@shop.example"}, mail("m1")).at(0) == "250 2.0.0 Stored");
}

TEST_CASE("lmtp: the mail of a disabled inbox stays with its sender") {
  LmtpDesk desk;
  Inbox resting;
  resting.name = "resting";
  desk.disabled.push_back(configured_channel(resting, LmtpDesk::mailbox("resting")));
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  CHECK(server.ask("MAIL FROM:<>").starts_with("250 "));
  CHECK(server.ask("RCPT TO:<resting@shop.example>").starts_with("450 4.2.1 "));
  CHECK(desk.counted("resting", RecipientAnswer::deferred) == 1);
}

TEST_CASE("lmtp: silence and too many connections end in words") {
  LmtpDesk desk;
  MailServer server(desk.loop, desk.listener.port());
  server.greet();
  std::vector<std::unique_ptr<MailServer>> others;
  while (others.size() + 1 < connections_max) {
    others.push_back(std::make_unique<MailServer>(desk.loop, desk.listener.port()));
    others.back()->greet();
  }
  MailServer refused(desk.loop, desk.listener.port());
  CHECK(refused.line().starts_with("421 4.3.2 Too many"));
  CHECK(refused.line().empty());
  CHECK(server.ask("NOOP").starts_with("250 "));
  desk.clock.advance(idle_max);
  CHECK(server.line().starts_with("421 4.4.2 "));
  CHECK(server.line().empty());
  for (auto& other : others) CHECK(other->line().starts_with("421 4.4.2 "));
  server.turn([&] { return desk.listener.connections() == 0; });
}

TEST_CASE("lmtp: a drain lets nobody in, says goodbye, and answers the mail that waits for the store") {
  LmtpDesk desk;
  const auto port = desk.listener.port();
  MailServer idle(desk.loop, port);
  idle.greet();
  MailServer sending(desk.loop, port);
  sending.greet();
  REQUIRE(sending.begin({"support@shop.example"}));
  MailServer waiting(desk.loop, port);
  hand_over_to_a_slow_disk(desk, waiting);
  bool drained = false;
  desk.listener.drain(Milliseconds{6'000}, [&] { drained = true; });
  CHECK(idle.line().starts_with("421 4.3.2 "));
  CHECK(sending.line().starts_with("421 4.3.2 "));
  CHECK_THROWS(MailServer(desk.loop, port));
  CHECK_FALSE(drained);
  desk.run_work();
  CHECK(waiting.line() == "250 2.0.0 Stored");
  CHECK(waiting.line().starts_with("421 4.3.2 "));
  waiting.turn([&] { return drained; });
  CHECK(desk.messages().size() == 1);
}

TEST_CASE("lmtp: a drain ends at its deadline, whatever the store does") {
  LmtpDesk desk;
  MailServer waiting(desk.loop, desk.listener.port());
  hand_over_to_a_slow_disk(desk, waiting);
  bool drained = false;
  desk.listener.drain(Milliseconds{6'000}, [&] { drained = true; });
  desk.clock.advance(Milliseconds{6'000});
  CHECK(drained);
  CHECK(waiting.line().empty());
}

TEST_CASE("lmtp: a Unix socket is the group's to connect to, and a stale one is replaced") {
  const TemporaryFolder folder;
  const std::string path = folder.path / "lmtp.sock";
  for (int i = 0; i < 2; ++i) {
    LmtpDesk desk(path);
    struct stat found {};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0660U);
    MailServer server(desk.loop, path);
    server.greet();
    CHECK(server.hand_over({"support@shop.example"}, mail("m1")).at(0) == "250 2.0.0 Stored");
    LmtpDesk second("");
    CHECK_FALSE(second.listener.listen(path).ok());
    // As a process leaves it that was killed: the file stays, nobody answers.
    if (i == 0) std::filesystem::create_hard_link(path, path + ".stale");
    if (i == 0) desk.listener.drain(Milliseconds{1}, [] {});
    CHECK(std::filesystem::exists(path) == (i == 1));
    if (i == 0) std::filesystem::rename(path + ".stale", path);
  }
  CHECK_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace inboxd::ingest::lmtp
