// What the answers of mail servers mean for a reply: whom it is sent to again, and how it ends.
#include <string>
#include <vector>

#include "connectors/email/connector.hpp"
#include "connectors/email/token.hpp"
#include "connectors/sdk/factory.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {
Channel channel();
}

namespace inboxd::connectors::email {
namespace {

constexpr auto key = "signing-key-for-tests";

Settings settings() {
  Settings given;
  given.values = {{"address", std::string("support@example.test")},
                  {"imap_url", std::string("imaps://mail.example.test:993")},
                  {"smtp_url", std::string("smtps://mail.example.test:465")},
                  {"username", std::string("support")},
                  {"password", std::string("secret-for-tests")}};
  given.signing_key = key;
  return given;
}

std::unique_ptr<Connector> inbox(const Settings& given = settings()) {
  auto made = channel().make(given);
  REQUIRE(made.ok());
  return std::move(made).value();
}

Outbound reply() {
  Outbound reply;
  reply.thread = "anna@example.test";
  reply.text = "Ciao";
  reply.stable_id = "ox1";
  return reply;
}

Exchange answered(int status, std::string body, Milliseconds at = Milliseconds{0}) {
  Exchange exchange;
  exchange.label = "mail";
  exchange.status = status;
  exchange.body = std::move(body);
  exchange.now = Timestamp{} + at;
  return exchange;
}

Exchange failed(TransferFailure how) {
  Exchange exchange = answered(0, "");
  exchange.failure = how;
  return exchange;
}

std::string next_recipient(const SendStep& step) {
  const auto* transfer = std::get_if<Transfer>(&step);
  REQUIRE(transfer != nullptr);
  return std::get<MailBody>(transfer->body).envelope_to;
}

template <class Outcome>
Outcome ended_as(const SendStep& step) {
  const auto* outcome = std::get_if<SendOutcome>(&step);
  REQUIRE(outcome != nullptr);
  REQUIRE(std::holds_alternative<Outcome>(*outcome));
  return std::get<Outcome>(*outcome);
}

const auto taken = answered(250, "2.0.0 Ok");

TEST_CASE("email: each recipient has a transaction of its own, each address once") {
  const auto mailbox = inbox();
  Outbound to_three = reply();
  to_three.recipients.cc = {"Bob <bob@example.test>", "ANNA@example.test"};
  to_three.recipients.bcc = {"carol@example.test"};
  Exchanges done;
  for (const std::string who : {"anna@example.test", "bob@example.test", "carol@example.test"}) {
    const auto step = mailbox->next_send_step(to_three, done);
    CHECK(next_recipient(step) == who);
    const auto& body = std::get<MailBody>(std::get<Transfer>(step).body);
    const auto tag = plus_tag("support@example.test", body.envelope_from);
    REQUIRE(tag.has_value());
    const auto bounce = bounce_of_tag(key, *tag);
    REQUIRE(bounce.has_value());
    CHECK(bounce->recipient == static_cast<int>(done.size()));
    done.push_back(taken);
  }
  const auto accepted = ended_as<Accepted>(mailbox->next_send_step(to_three, done));
  CHECK(accepted.external_ids == std::vector<std::string>{message_id(key, "ox1", "example.test")});
}

TEST_CASE("email: an automatic answer has no envelope sender, unless the server refuses that") {
  const auto mailbox = inbox();
  Outbound notice = reply();
  notice.automatic = true;
  const auto sender = [&](const Exchanges& done) {
    return std::get<MailBody>(std::get<Transfer>(mailbox->next_send_step(notice, done)).body).envelope_from;
  };
  const auto refused = answered(550, "5.7.1 sender address rejected");
  CHECK(sender({}).empty());
  CHECK(sender({refused}).starts_with("support+b"));
  ended_as<Accepted>(mailbox->next_send_step(notice, {taken}));
  ended_as<Accepted>(mailbox->next_send_step(notice, {refused, taken}));
  ended_as<Rejected>(mailbox->next_send_step(notice, {refused, refused}));
  ended_as<RetryAfter>(mailbox->next_send_step(notice, {answered(451, "4.7.1 later")}));
  notice.recipients.to = {"a@x.test", "b@x.test"};
  CHECK(next_recipient(mailbox->next_send_step(notice, {refused})) == "a@x.test");
  CHECK(next_recipient(mailbox->next_send_step(notice, {refused, taken})) == "b@x.test");
  CHECK(sender({refused, taken}).starts_with("support+b"));
}

TEST_CASE("email: whoever is put off holds up nobody, and alone is asked again") {
  const auto mailbox = inbox();
  Outbound to_three = reply();
  to_three.recipients.to = {"a@x.test", "b@x.test", "c@x.test"};
  const auto later = answered(451, "4.7.1 later");
  CHECK(next_recipient(mailbox->next_send_step(to_three, {taken, later})) == "c@x.test");
  CHECK(next_recipient(mailbox->next_send_step(to_three, {taken, later, taken})) == "b@x.test");
  const auto retry = ended_as<RetryAfter>(mailbox->next_send_step(to_three, {taken, later, taken, later}));
  CHECK(retry.delay == std::chrono::minutes{5});
  CHECK(retry.gives_up_after == std::chrono::hours{48});
  to_three.attempt = 9;
  CHECK(ended_as<RetryAfter>(mailbox->next_send_step(to_three, {taken, later, taken, later})).delay ==
        std::chrono::hours{4});
  // The host dropped the last exchange, as of every attempt that failed.
  CHECK(next_recipient(mailbox->next_send_step(to_three, {taken, later, taken})) == "b@x.test");
  CHECK(ended_as<Accepted>(mailbox->next_send_step(to_three, {taken, later, taken, taken})).external_ids.size() == 1);
}

TEST_CASE("email: two that are put off are both asked in the next attempt") {
  const auto mailbox = inbox();
  Outbound to_two = reply();
  to_two.recipients.to = {"a@x.test", "b@x.test"};
  const auto first = answered(451, "4.7.1 later");
  ended_as<RetryAfter>(mailbox->next_send_step(to_two, {first, first}));
  const auto five_minutes_on = answered(451, "4.7.1 later", std::chrono::minutes{5});
  CHECK(next_recipient(mailbox->next_send_step(to_two, {first})) == "b@x.test");
  CHECK(next_recipient(mailbox->next_send_step(to_two, {first, five_minutes_on})) == "a@x.test");
  ended_as<RetryAfter>(mailbox->next_send_step(to_two, {first, five_minutes_on, five_minutes_on}));
}

TEST_CASE("email: a refusal is final; where others have the mail, only who refused is asked by a retry") {
  const auto mailbox = inbox();
  const auto never = answered(550, "5.1.1 no such user");
  const auto rejected = ended_as<Rejected>(mailbox->next_send_step(reply(), {never}));
  CHECK(rejected.unreachable);
  CHECK(rejected.why.find("anna@example.test: 550 5.1.1 no such user") != std::string::npos);
  Outbound to_two = reply();
  to_two.recipients.cc = {"bob@example.test"};
  const auto again = mailbox->next_send_step(to_two, {never, taken});
  CHECK(next_recipient(again) == "anna@example.test");
  CHECK(std::get<Transfer>(again).partial.delivered.size() == 1);
  const auto partly = ended_as<Rejected>(mailbox->next_send_step(to_two, {never, taken, never}));
  CHECK_FALSE(partly.unreachable);
  ended_as<Accepted>(mailbox->next_send_step(to_two, {never, taken, taken}));
}

TEST_CASE("email: an answer lost after the mail left is uncertain, one before is tried again") {
  const auto mailbox = inbox();
  ended_as<Unknown>(mailbox->next_send_step(reply(), {failed(TransferFailure::lost)}));
  CHECK(ended_as<RetryAfter>(mailbox->next_send_step(reply(), {failed(TransferFailure::not_sent)})).code == "not_sent");
  ended_as<Rejected>(mailbox->next_send_step(reply(), {failed(TransferFailure::blob_gone)}));
  Outbound to_three = reply();
  to_three.recipients.to = {"a@x.test", "b@x.test", "c@x.test"};
  const auto why = ended_as<Unknown>(mailbox->next_send_step(to_three, {taken, failed(TransferFailure::lost)})).why;
  CHECK(why.starts_with("b@x.test: "));
  CHECK(why.ends_with("; recipients who wait: 1"));
}

TEST_CASE("email: a refused login stops the inbox until a person acts") {
  const auto mailbox = inbox();
  const int status = GENERATE(530, 534, 535);
  ended_as<NeedsAttention>(mailbox->next_send_step(reply(), {answered(status, "5.7.8 no")}));
}

TEST_CASE("email: a server that offers no login that fits stops the inbox, and what it offers is said") {
  auto exchange = failed(TransferFailure::not_sent);
  exchange.status = 504;
  exchange.body = "mail.example.test\nAUTH CRAM-MD5 GSSAPI\nSIZE 1000";
  const auto mailbox = inbox();
  const auto ended = ended_as<NeedsAttention>(mailbox->next_send_step(reply(), {exchange}));
  CHECK(ended.code == "no_login_method");
  CHECK(ended.why.find("a password (PLAIN or LOGIN); it offers CRAM-MD5 GSSAPI. Set oauth2") != std::string::npos);
  const auto checked = std::get<CheckFinding>(mailbox->next_check_step({exchange}));
  CHECK(checked.state == InboxHealthState::unhealthy);
  CHECK(checked.code == "no_login_method");
  // After a person set it right: the host dropped that exchange, or kept it.
  CHECK(next_recipient(mailbox->next_send_step(reply(), {})) == "anna@example.test");
}

TEST_CASE("email: an access token is fetched first, and anew when an old one is refused") {
  Settings given = settings();
  given.values.erase("password");
  given.values["oauth2"] = std::map<std::string, std::string>{{"token_url", "https://login.example.test/token"},
                                                              {"client_id", "inboxd"},
                                                              {"client_secret", "c&s"},
                                                              {"refresh_token", "r t"}};
  const auto mailbox = inbox(given);
  const auto asked = std::get<Transfer>(mailbox->next_send_step(reply(), {}));
  CHECK(asked.repeatable);
  CHECK(std::get<TextBody>(asked.body).text ==
        "grant_type=refresh_token&refresh_token=r%20t&client_id=inboxd&client_secret=c%26s");
  Exchange token = answered(200, R"({"access_token":"at1","expires_in":3600})");
  token.label = asked.label;
  const auto mail = std::get<Transfer>(mailbox->next_send_step(reply(), {token}));
  CHECK(mail.login->bearer == "at1");
  CHECK(mail.login->password.empty());
  ended_as<NeedsAttention>(mailbox->next_send_step(reply(), {token, answered(535, "5.7.8 no")}));
  const auto hours_on = answered(535, "5.7.8 expired", std::chrono::hours{2});
  CHECK(std::get<Transfer>(mailbox->next_send_step(reply(), {token, hours_on})).label == asked.label);
}

TEST_CASE("email: what could not be sent is refused before it enters the outbox") {
  const auto mailbox = inbox();
  Outbound bad = reply();
  bad.subject = "Hi\r\nBcc: everybody@example.test";
  CHECK_FALSE(mailbox->validate(bad).ok());
  bad = reply();
  bad.recipients.cc = {"x@y.test\r\nBcc: z@y.test"};
  CHECK_FALSE(mailbox->validate(bad).ok());
  bad = reply();
  bad.thread = "not an address";
  CHECK_FALSE(mailbox->validate(bad).ok());
  bad = reply();
  const OutboundAttachment half{{std::string(64, 'a'), 13U << 20U}, "a.bin", "application/octet-stream"};
  bad.attachments = {half, half};
  CHECK_FALSE(mailbox->validate(bad).ok());
}

TEST_CASE("email: settings that cannot work together are refused by key") {
  const auto refused_for = [](const std::string& changed, const SettingValue& value, const std::string& named) {
    Settings given = settings();
    given.values[changed] = value;
    const auto made = channel().make(given);
    INFO(changed);
    REQUIRE_FALSE(made.ok());
    CHECK(made.error().detail.starts_with(named));
  };
  refused_for("address", std::string("support"), "address: ");
  refused_for("imap_url", std::string("https://mail.example.test"), "imap_url: ");
  refused_for("smtp_url", std::string("mail.example.test"), "smtp_url: ");
  refused_for("password", std::string(), "password: ");
  refused_for("tls_verify", false, "tls_verify: ");
  refused_for("oauth2", std::map<std::string, std::string>{{"token_url", "https://x.test"}}, "oauth2: ");
  refused_for("sent_folder", std::string("INBOX"), "sent_folder: ");
}

TEST_CASE("email: a conversation can start with a typed address") {
  const auto mailbox = inbox();
  const auto* starts = dynamic_cast<const StartsConversations*>(mailbox.get());
  REQUIRE(starts != nullptr);
  CHECK(starts->recipient("Anna Rossi <anna@example.test>")->name == "Anna Rossi");
  CHECK(starts->recipient(" anna@example.test ")->handle == "anna@example.test");
  CHECK_FALSE(starts->recipient("anna").ok());
  CHECK_FALSE(starts->recipient("a@b.test, c@d.test").ok());
}

}  // namespace
}  // namespace inboxd::connectors::email
