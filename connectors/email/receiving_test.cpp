// How mail comes in: by IMAP, or only as a mail server of one's own hands it over.
#include "connectors/email/connector.hpp"
#include "connectors/email/mail/envelope.hpp"
#include "connectors/sdk/factory.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {

Channel channel();

namespace {

Settings settings() {
  Settings given;
  given.values = {{"address", std::string("Support@example.test")},
                  {"smtp_url", std::string("smtps://mail.example.test:465")},
                  {"username", std::string("support")},
                  {"password", std::string("secret of a mailbox")}};
  return given;
}

std::string refusal_of(const std::string& receive, const std::string& key, const SettingValue& value) {
  Settings given = settings();
  given.values["receive"] = receive;
  given.values[key] = value;
  const auto made = channel().make(given);
  return made ? "" : made.error().detail;
}

EmailConnector handed_over() {
  Settings given = settings();
  given.values["receive"] = std::string("lmtp");
  return EmailConnector(read_mailbox_settings(given).value());
}

TEST_CASE("email: an inbox by LMTP alone keeps no connection and needs no imap_url") {
  const auto inbox = handed_over();
  CHECK(inbox.streams().empty());
  CHECK(inbox.only_handed_over());
  CHECK(inbox.base_urls() == std::vector<std::string>{"smtps://mail.example.test:465"});
  CHECK(refusal_of("lmtp", "quote", true).empty());
  CHECK(refusal_of("imap", "quote", true).starts_with("imap_url: give it, or set receive"));
  CHECK(refusal_of("imap", "imap_url", std::string("imaps://mail.example.test:993")).empty());
}

TEST_CASE("email: what would never be read with receive = lmtp is refused by its key") {
  CHECK(refusal_of("lmtp", "imap_url", std::string("imaps://mail.example.test:993")).starts_with("imap_url: "));
  CHECK(refusal_of("lmtp", "folders", std::vector<std::string>{"INBOX"}).starts_with("folders: "));
  CHECK(refusal_of("lmtp", "sent_folder", std::string("Sent")).starts_with("sent_folder: "));
}

TEST_CASE("email: an inbox receives what is addressed to it, with a tag or without, whatever the letters' case") {
  const auto inbox = handed_over();
  for (const auto recipient : {"support@example.test", "SUPPORT@EXAMPLE.TEST", "support+c1.ab@example.test"})
    CHECK(inbox.receives(recipient));
  for (const auto recipient :
       {"", "support", "support@example.test.evil", "xsupport@example.test", "sales@example.test",
        "support-c1@example.test", "support@other.test", "\"support\"@example.test"})
    CHECK_FALSE(inbox.receives(recipient));
}

TEST_CASE("email: the envelope that mail was handed over in reaches its reader") {
  const auto now = parse_rfc3339("2026-11-22T12:00:00Z").value();
  const auto read = envelope_of(handed_over().context_of({"anna\"@example.com", {"support+c1.ab@example.test"}}, now));
  CHECK(read.from == "anna\"@example.com");
  CHECK(read.to == std::vector<std::string>{"support+c1.ab@example.test"});
  CHECK(read.received_at == now);
  CHECK(envelope_of(handed_over().context_of({"", {"support@example.test"}}, now)).from == "");
}

}  // namespace
}  // namespace inboxd::connectors::email
