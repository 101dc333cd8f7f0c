// Mails over SMTP: what arrives is what was composed, and only a mail whose end may have left is ever lost.
#include <algorithm>
#include <chrono>
#include <string>

#include "tests/support/catch.hpp"
#include "tests/support/smtp_server.hpp"
#include "tests/support/transfers_fixture.hpp"

namespace inboxd::transfers {
namespace {

using connectors::MailBody;
using connectors::MailPart;
using connectors::TransferFailure;
using Fixture = TransfersFixture;

connectors::Transfer mail_to(const SmtpServer& server) {
  connectors::Transfer transfer;
  transfer.label = "mail";
  transfer.url = server.url();
  transfer.tls.required = false;
  transfer.body = MailBody{"support+b1@example.test",
                           "alice@example.test",
                           "b1",
                           {MailPart{"Subject: Hi\r\n\r\n.a dot\r\n..two\r\nend\r\n"}}};
  return transfer;
}

bool said(const SmtpServer& server, std::string_view start) {
  const auto commands = server.commands();
  return std::any_of(commands.begin(), commands.end(), [&](const auto& line) { return line.starts_with(start); });
}

std::string as_base64_lines(const std::string& encoded) {
  std::string lines;
  for (std::size_t at = 0; at < encoded.size(); at += 76) lines += encoded.substr(at, 76) + "\r\n";
  return lines;
}

TEST_CASE("a mail arrives as it was composed, its leading dots too", "[transfers][smtp]") {
  SmtpServer server;
  Fixture fixture;
  const auto exchange = fixture.make(mail_to(server));
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == 250);
  CHECK(exchange.body == "taken as 42");
  const auto mails = server.mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].sender.starts_with("<support+b1@example.test>"));
  CHECK(mails[0].recipient == "<alice@example.test>");
  CHECK(mails[0].text == "Subject: Hi\r\n\r\n.a dot\r\n..two\r\nend\r\n");
}

TEST_CASE("blobs go out as base64 in lines of 76, between pieces of text", "[transfers][smtp]") {
  SmtpServer server;
  Fixture fixture;
  const std::size_t bytes = GENERATE(0, 1, 57, 58, 14592, 14593, 300000);
  auto transfer = mail_to(server);
  auto& body = std::get<MailBody>(transfer.body);
  body.parts = {MailPart{"head\r\n\r\n"}, MailPart{{}, fixture.blobs.put(std::string(bytes, '\0'))},
                MailPart{"end\r\n"}};
  CHECK(fixture.make(transfer).status == 250);
  std::string encoded(bytes / 3 * 4, 'A');
  if (bytes % 3 == 1) encoded += "AA==";
  if (bytes % 3 == 2) encoded += "AAA=";
  REQUIRE(server.mails().size() == 1);
  CHECK(server.mails()[0].text == "head\r\n\r\n" + as_base64_lines(encoded) + "end\r\n");
}

TEST_CASE("an attachment that is gone: nothing is sent", "[transfers][smtp]") {
  SmtpServer server;
  Fixture fixture;
  auto transfer = mail_to(server);
  std::get<MailBody>(transfer.body).parts.push_back({{}, BlobRef{std::string(64, 'a'), 3}});
  CHECK(fixture.make(transfer).failure == TransferFailure::blob_gone);
  CHECK(server.connections() == 0);
}

TEST_CASE("a refusal at any step is the server's answer", "[transfers][smtp]") {
  const std::string step = GENERATE("greeting", "MAIL", "RCPT", "DATA", "dot");
  const std::string reply = GENERATE("450 4.2.1 later", "550 5.1.1 never");
  INFO(step << ' ' << reply);
  SmtpServer server(SmtpServer::Script{{step, reply}});
  Fixture fixture;
  const auto exchange = fixture.make(mail_to(server));
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == std::stoi(reply.substr(0, 3)));
  CHECK(exchange.body == reply.substr(4));
  CHECK(server.mails().empty());
}

TEST_CASE("a connection lost before the end of the mail left: not sent", "[transfers][smtp]") {
  const std::string step = GENERATE("greeting", "EHLO", "MAIL", "RCPT", "DATA");
  const std::string end = GENERATE("cut", "hang");
  INFO(step << ' ' << end);
  SmtpServer server(SmtpServer::Script{{step, end}});
  Fixture fixture;
  auto transfer = mail_to(server);
  transfer.timeout = Milliseconds{300};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::not_sent);
  CHECK_FALSE(exchange.failure_detail.empty());
}

TEST_CASE("a connection cut within a mail too large to be on its way whole: not sent", "[transfers][smtp]") {
  SmtpServer server(SmtpServer::Script{{"body", std::string(SmtpServer::cut)}});
  Fixture fixture;
  auto transfer = mail_to(server);
  std::get<MailBody>(transfer.body).parts.push_back({{}, fixture.blobs.put(std::string(32U << 20U, 'x'))});
  CHECK(fixture.make(transfer).failure == TransferFailure::not_sent);
}

TEST_CASE("a connection lost after the final dot: lost, and sent once", "[transfers][smtp]") {
  const std::string end = GENERATE("cut", "hang");
  // libcurl asks for the end only of a mail that it has doubled dots in.
  const std::string text = GENERATE("Subject: Hi\r\n\r\n.a dot\r\n", "Subject: Hi\r\n\r\nno dot\r\n");
  const std::size_t lines = GENERATE(0U, 10'000U);
  SmtpServer server(SmtpServer::Script{{"dot", end}});
  Fixture fixture;
  auto transfer = mail_to(server);
  std::string long_text;
  for (std::size_t i = 0; i < lines; ++i) long_text += "one line of many, none with a dot in front\r\n";
  std::get<MailBody>(transfer.body).parts = {MailPart{text + long_text}};
  transfer.timeout = Milliseconds{1'000};
  CHECK(fixture.make(transfer).failure == TransferFailure::lost);
  CHECK(server.connections() == 1);
}

TEST_CASE("a server that never answers QUIT holds up nobody", "[transfers][smtp]") {
  SmtpServer server(SmtpServer::Script{{"QUIT", std::string(SmtpServer::hang)}});
  Fixture fixture;
  const auto begun = std::chrono::steady_clock::now();
  CHECK(fixture.make(mail_to(server)).status == 250);
  CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds{5});
}

TEST_CASE("where the server offers no TLS, nothing is sent unless that is allowed", "[transfers][smtp]") {
  SmtpServer server({}, {"AUTH PLAIN"});
  Fixture fixture;
  auto transfer = mail_to(server);
  transfer.tls.required = true;
  transfer.login = connectors::Login{"support", "a-password"};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::not_sent);
  CHECK_FALSE(said(server, "AUTH"));
  CHECK_FALSE(said(server, "MAIL"));
}

TEST_CASE("a login goes out by the mechanism that both know; a refused one is the answer", "[transfers][smtp]") {
  Fixture fixture;
  SmtpServer server({}, {"AUTH CRAM-MD5 PLAIN"});
  auto transfer = mail_to(server);
  transfer.login = connectors::Login{"support", "a-password"};
  CHECK(fixture.make(transfer).status == 250);
  CHECK(said(server, "AUTH PLAIN"));
  SmtpServer modern({}, {"AUTH XOAUTH2 PLAIN"});
  transfer.url = modern.url();
  transfer.login = connectors::Login{"support", "", "a-token"};
  CHECK(fixture.make(transfer).status == 250);
  CHECK(said(modern, "AUTH XOAUTH2"));
  SmtpServer refusing(SmtpServer::Script{{"AUTH", "535 5.7.8 wrong"}}, {"AUTH PLAIN"});
  transfer.url = refusing.url();
  transfer.login = connectors::Login{"support", "a-password"};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == 535);
  CHECK_FALSE(said(refusing, "MAIL"));
}

TEST_CASE("a server that offers no login that fits is told apart from one that cannot be reached",
          "[transfers][smtp]") {
  Fixture fixture;
  SmtpServer server({}, {"AUTH CRAM-MD5 GSSAPI"});
  auto transfer = mail_to(server);
  const bool by_token = GENERATE(false, true);
  transfer.login = by_token ? connectors::Login{"support", "", "a-token"} : connectors::Login{"support", "a-password"};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::not_sent);
  CHECK(exchange.status == 504);
  CHECK(exchange.failure_detail.starts_with("the server offers no way to log in that fits"));
  CHECK(exchange.body.find("AUTH CRAM-MD5 GSSAPI") != std::string::npos);
  CHECK_FALSE(said(server, "MAIL"));
}

TEST_CASE("a login is checked without a mail", "[transfers][smtp]") {
  Fixture fixture;
  SmtpServer server({}, {"AUTH PLAIN"});
  auto transfer = mail_to(server);
  transfer.method = "NOOP";
  transfer.body = connectors::NoBody{};
  transfer.repeatable = true;
  transfer.login = connectors::Login{"support", "a-password"};
  const auto exchange = fixture.make(transfer);
  CHECK(exchange.failure == TransferFailure::none);
  CHECK(exchange.status == 250);
  CHECK(said(server, "NOOP"));
}

TEST_CASE("the envelope id is told only where the server announces what it takes", "[transfers][smtp]") {
  Fixture fixture;
  SmtpServer able({}, {"DSN", "AUTH PLAIN", "SIZE 1000000"});
  CHECK(fixture.make(mail_to(able)).status == 250);
  REQUIRE(able.mails().size() == 1);
  CHECK(able.mails()[0].sender.starts_with("<support+b1@example.test> RET=HDRS ENVID=b1 AUTH=<>"));
  SmtpServer unable({}, {"AUTH PLAIN"});
  CHECK(fixture.make(mail_to(unable)).status == 250);
  REQUIRE(unable.mails().size() == 1);
  CHECK(unable.mails()[0].sender == "<support+b1@example.test>");
}

TEST_CASE("the null reverse-path and addresses in UTF-8 are sent as such", "[transfers][smtp]") {
  Fixture fixture;
  SmtpServer server({}, {"SMTPUTF8"});
  auto transfer = mail_to(server);
  std::get<MailBody>(transfer.body).envelope_from.clear();
  CHECK(fixture.make(transfer).status == 250);
  std::get<MailBody>(transfer.body).envelope_from = "support@example.test";
  std::get<MailBody>(transfer.body).envelope_to = "päivi@example.test";
  CHECK(fixture.make(transfer).status == 250);
  const auto mails = server.mails();
  REQUIRE(mails.size() == 2);
  CHECK(mails[0].sender.starts_with("<>"));
  CHECK(mails[1].sender.find("SMTPUTF8") != std::string::npos);
  CHECK(mails[1].recipient == "<päivi@example.test>");
}

TEST_CASE("an address that would add a command or a parameter is refused before anything is sent",
          "[transfers][smtp]") {
  SmtpServer server;
  Fixture fixture;
  auto transfer = mail_to(server);
  auto& body = std::get<MailBody>(transfer.body);
  body.envelope_to = GENERATE("a@b> NOTIFY=NEVER", "a@b\r\nRCPT TO:<c@d>", "", "a b@c", "<a@b>");
  CHECK(fixture.make(transfer).failure == TransferFailure::not_sent);
  CHECK(server.connections() == 0);
}

TEST_CASE("mails go only where a base URL leads, and never to a web server", "[transfers][smtp]") {
  SmtpServer server;
  Fixture fixture;
  const auto transfer = mail_to(server);
  CHECK(fixture.make(transfer, Reach{{"smtp://127.0.0.1:1"}, {}}).failure == TransferFailure::not_sent);
  auto to_web = transfer;
  to_web.url = "http" + transfer.url.substr(4);
  CHECK(fixture.make(to_web).failure == TransferFailure::not_sent);
  auto text = Fixture::post_text(server.url());
  CHECK(fixture.make(text).failure == TransferFailure::not_sent);
  CHECK(server.connections() == 0);
}

}  // namespace
}  // namespace inboxd::transfers
