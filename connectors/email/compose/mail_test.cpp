// What a reply looks like as a mail: headers that others thread by, structure that every client shows, bytes that are
// the same each time.
#include "connectors/email/compose/mail.hpp"

#include <algorithm>
#include <string>

#include "connectors/email/compose/encoding.hpp"
#include "connectors/email/token.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {
namespace {

MailboxSettings mailbox() {
  MailboxSettings mailbox;
  mailbox.address = "support@example.test";
  mailbox.sender_name = "Supporto Età";
  mailbox.signing_key = "signing-key-for-tests";
  return mailbox;
}

Outbound reply() {
  Outbound reply;
  reply.thread = "anna@example.test";
  reply.text = "Ciao Anna";
  reply.subject = "Order";
  reply.stable_id = "ox1";
  reply.created_at = from_unix_seconds(1'795'390'792);
  reply.place.conversation = "cv_9";
  reply.place.ticket_number = 42;
  reply.place.earlier = {"<a1@x.test>", "no id", "<a2@x.test>"};
  return reply;
}

std::string text_of(const std::vector<MailPart>& parts) {
  std::string all;
  for (const auto& part : parts) all += part.blob ? "[" + part.blob->hash.substr(0, 1) + "]\r\n" : part.text;
  return all;
}

std::string mail_of(const Outbound& given, const MailboxSettings& from = mailbox()) {
  const auto parts = composed_mail(given, from);
  REQUIRE(parts.ok());
  return text_of(*parts);
}

std::string unfolded_head(const std::string& mail) {
  std::string head = mail.substr(0, mail.find("\r\n\r\n") + 2);
  for (auto at = head.find("\r\n "); at != std::string::npos; at = head.find("\r\n ")) head.erase(at, 2);
  return head;
}

std::string without_soft_breaks(std::string mail) {
  for (auto at = mail.find("=\r\n"); at != std::string::npos; at = mail.find("=\r\n", at)) mail.erase(at, 3);
  return mail;
}

bool has(const std::string& mail, std::string_view what) { return mail.find(what) != std::string::npos; }

TEST_CASE("email: a reply names itself, what it answers and where an answer belongs") {
  const std::string head = unfolded_head(mail_of(reply()));
  INFO(head);
  CHECK(has(head, "From: =?UTF-8?B?U3VwcG9ydG8gRXTDoA==?= <support@example.test>\r\n"));
  CHECK(has(head, "To: anna@example.test\r\n"));
  CHECK(has(head, "Subject: Re: Order [#42]\r\n"));
  CHECK(has(head, "In-Reply-To: <a2@x.test>\r\n"));
  CHECK(has(head, "References: <a1@x.test> <a2@x.test>\r\n"));
  CHECK(has(head, "Message-ID: " + message_id(mailbox().signing_key, "ox1", "example.test") + "\r\n"));
  CHECK(has(head, "Reply-To: "));
  CHECK(has(head, plus_address("support@example.test", conversation_tag(mailbox().signing_key, "cv_9"))));
  CHECK(has(head, "Date: Sun, 22 Nov 2026 23:39:52 +0000\r\n"));
  CHECK_FALSE(has(head, "Auto-Submitted"));
  CHECK_FALSE(has(head, "User-Agent"));
}

TEST_CASE("email: every attempt is the same bytes") {
  Outbound again = reply();
  again.attempt = 7;
  again.correlation = "another";
  CHECK(mail_of(reply()) == mail_of(again));
}

TEST_CASE("email: prefix and number stand in a subject once") {
  Outbound given = reply();
  given.subject = "AW: Order [#42]";
  CHECK(subject_of(given, mailbox()) == "AW: Order [#42]");
  given.place.earlier.clear();
  given.subject = "Offer";
  CHECK(subject_of(given, mailbox()) == "Offer [#42]");
  MailboxSettings untagged = mailbox();
  untagged.subject_tag = false;
  CHECK(subject_of(given, untagged) == "Offer");
}

TEST_CASE("email: of a long thread the first message and the last twenty are named") {
  Outbound given = reply();
  given.place.earlier.clear();
  for (int i = 0; i < 50; ++i) given.place.earlier.push_back("<m" + std::to_string(i) + "@x.test>");
  given.reply_to = "<m7@x.test>";
  const std::string head = unfolded_head(mail_of(given));
  const auto at = head.find("References: ");
  const std::string references = head.substr(at, head.find("\r\n", at) - at);
  CHECK(std::count(references.begin(), references.end(), '<') == 21);
  CHECK(references.starts_with("References: <m0@x.test> "));
  CHECK(references.ends_with(" <m7@x.test>"));
  CHECK(has(head, "In-Reply-To: <m7@x.test>\r\n"));
}

TEST_CASE("email: Bcc is nowhere in the mail; a rule's reply says that it is one") {
  Outbound given = reply();
  given.recipients.cc = {"Bob <bob@example.test>"};
  given.recipients.bcc = {"carol@example.test"};
  given.automatic = true;
  const std::string mail = mail_of(given);
  CHECK(has(mail, "Cc: \"Bob\" <bob@example.test>\r\n"));
  CHECK_FALSE(has(mail, "carol"));
  CHECK(has(mail, "Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n"));
}

TEST_CASE("email: text comes before HTML, pictures stand with the HTML, files beside both") {
  Outbound given = reply();
  given.text.clear();
  given.html =
      "<p onclick=\"x()\">Look <img alt='>' src=\"cid:p1\"> <img src=\"https://spy.test/a.png\"></p><script>x</script>";
  given.attachments = {{{std::string(64, 'a'), 9}, "p.png", "image/png", "p1"},
                       {{std::string(64, 'b'), 9},
                        "conto \"è\" molto lungo per una sola riga di intestazione.pdf",
                        "application/pdf",
                        ""},
                       {{std::string(64, 'c'), 9}, "x\r\nBcc: y", "text/html; x=\"\r\n\"", ""}};
  const std::string mail = without_soft_breaks(mail_of(given));
  INFO(mail);
  const auto order = {"multipart/mixed",
                      "multipart/alternative",
                      "text/plain",
                      "[p.png]",
                      "multipart/related",
                      "text/html",
                      "<img src=3D\"cid:p1\"",
                      "Content-ID: <p1>",
                      "[a]",
                      "filename*0*=UTF-8''conto%20%22%C3%A8%22",
                      "[b]",
                      "application/octet-stream",
                      "[c]"};
  std::size_t at = 0;
  for (const auto* step : order) {
    INFO(step);
    at = mail.find(step, at);
    REQUIRE(at != std::string::npos);
  }
  CHECK_FALSE(has(mail, "spy.test"));
  CHECK_FALSE(has(mail, "onclick"));
  CHECK_FALSE(has(mail, "script"));
  CHECK_FALSE(has(mail, "\r\nBcc"));
}

TEST_CASE("email: the answered message stands below, the signature before it") {
  Outbound given = reply();
  given.place.quoted = QuotedMessage{"Anna", given.created_at, "Hello\n> older", "<p>Hello</p>"};
  MailboxSettings signing = mailbox();
  signing.signature = "Il team";
  const std::string mail = mail_of(given, signing);
  INFO(mail);
  CHECK(has(mail, "Ciao Anna\r\n\r\n--=20\r\nIl team\r\n\r\nOn Sun, 22 Nov 2026"));
  CHECK(has(mail, "Anna wrote:\r\n> Hello\r\n>> older\r\n"));
  CHECK(has(mail, "<blockquote type=3D\"cite\">"));
  signing.quote = false;
  CHECK_FALSE(has(mail_of(given, signing), "wrote:"));
}

TEST_CASE("email: no line is longer than a mail server takes, and no end of line stands alone") {
  Outbound given = reply();
  given.text = std::string(5000, 'x') + "\r" + std::string(2000, ' ') + "\n";
  for (int i = 0; i < 500; ++i) given.text += "è";
  given.subject = std::string(3000, 's');
  for (int i = 0; i < 39; ++i) given.recipients.cc.push_back("p" + std::to_string(i) + "@example.test");
  const std::string mail = mail_of(given);
  for (std::size_t at = 0; at < mail.size();) {
    const auto end = mail.find("\r\n", at);
    REQUIRE(end != std::string::npos);
    CHECK(end - at <= 120);
    CHECK(mail.substr(at, end - at).find_first_of("\r\n") == std::string::npos);
    at = end + 2;
  }
}

TEST_CASE("email: quoted-printable keeps every character and guards spaces at a line's end") {
  CHECK(quoted_printable("a=b") == "a=3Db\r\n");
  CHECK(quoted_printable("end \nnext\t") == "end=20\r\nnext=09\r\n");
  CHECK(quoted_printable("è") == "=C3=A8\r\n");
  CHECK(quoted_printable(std::string(80, 'x')) == std::string(75, 'x') + "=\r\nxxxxx\r\n");
}

}  // namespace
}  // namespace inboxd::connectors::email
