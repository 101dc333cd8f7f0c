// What only this channel knows: its settings, the questions before the first message, and who is vouched for.
#include "connectors/webchat/webchat.hpp"

#include <openssl/evp.h>

#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/signature.hpp"
#include "connectors/webchat/fields.hpp"
#include "connectors/webchat/identity.hpp"
#include "connectors/webchat/rules.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using namespace inboxd::connectors::webchat;

namespace {

const std::string secret = "a secret of the tests";
const Timestamp now = from_unix_seconds(1'763'800'000);

std::string base64url(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  for (auto& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string sign(const std::string& header, const std::string& claims, const std::string& key = secret) {
  const auto body = base64url(header) + '.' + base64url(claims);
  return body + '.' + base64url(from_hex(hmac_sha256_hex(key, body)));
}

std::string token(const std::string& claims) { return sign(R"({"alg":"HS256","typ":"JWT"})", claims); }

const std::string times = R"("iat":1763799990,"exp":1763800300)";

}  // namespace

TEST_CASE("webchat: a signed token says who it is") {
  const auto person = check_token(
      secret, token(R"({"sub":"7","aud":"website","name":"Anna","email":"anna@example.com",)" + times + "}"), "website",
      now);
  REQUIRE(person.ok());
  CHECK(*person == VouchedPerson{"7", "Anna", "anna@example.com"});
  CHECK(check_token(secret, token(R"({"sub":"7","aud":["shop","website"],)" + times + "}"), "website", now).ok());
}

TEST_CASE("webchat: a name that is too long is cut at a character") {
  std::string name = "x";
  for (int i = 0; i < 100; ++i) name += "\u00e8";
  const auto person = check_token(
      secret, token(R"({"sub":"7","aud":"website","name":")" + name + R"(","email":")" + name + "\"," + times + "}"),
      "website", now);
  REQUIRE(person.ok());
  CHECK(person->name == name.substr(0, 199));
  CHECK(person->email == name.substr(0, 199));
}

TEST_CASE("webchat: a token with any claim wrong is refused") {
  for (const auto* claims :
       {R"({"aud":"website","iat":1763799990,"exp":1763800300})",
        R"({"sub":"","aud":"website","iat":1763799990,"exp":1763800300})",
        R"({"sub":7,"aud":"website","iat":1763799990,"exp":1763800300})",
        R"({"sub":"7","iat":1763799990,"exp":1763800300})",
        R"({"sub":"7","aud":"shop","iat":1763799990,"exp":1763800300})",
        R"({"sub":"7","aud":"website","exp":1763800300})", R"({"sub":"7","aud":"website","iat":1763799990})",
        R"({"sub":"7","aud":"website","iat":1763799990,"exp":1763800000})",
        R"({"sub":"7","aud":"website","iat":1763799990,"exp":1763803700})",
        R"({"sub":"7","aud":"website","iat":1763800100,"exp":1763800300})",
        R"({"sub":"7","aud":"website","iat":1763799990,"exp":1e300})",
        R"({"sub":"7","aud":"website","iat":"1763799990","exp":"1763800300"})",
        R"({"sub":"7","aud":"website","iat":1763799990,"exp":1763800300,"nbf":1763800200})", R"([])", "nothing"}) {
    INFO(claims);
    const auto refused = check_token(secret, token(claims), "website", now);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().code == ErrorCode::unauthenticated);
    CHECK(refused.error().detail.find(secret) == std::string::npos);
  }
}

TEST_CASE("webchat: only HS256 under our secret counts, whatever the token would like") {
  const auto claims = R"({"sub":"7","aud":"website",)" + times + "}";
  for (const auto* header : {R"({"alg":"none"})", R"({"alg":"HS384"})", R"({"alg":"hs256"})", R"({"alg":"RS256"})",
                             "{}", R"({"alg":"HS256","crit":["b64"]})", R"(["HS256"])"})
    CHECK_FALSE(check_token(secret, sign(header, claims), "website", now).ok());
  CHECK_FALSE(check_token(secret, sign(R"({"alg":"HS256"})", claims, "another"), "website", now).ok());
  CHECK_FALSE(check_token("", sign(R"({"alg":"HS256"})", claims, ""), "website", now).ok());
  const auto good = token(claims);
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    // The last character carries bits that base64url drops.
    if (i + 1 < good.size()) CHECK_FALSE(check_token(secret, changed, "website", now).ok());
    CHECK_FALSE(check_token(secret, good.substr(0, i), "website", now).ok());
  }
}

TEST_CASE("webchat: a keyed hash of the user's id is the other proof") {
  CHECK(check_hash(secret, "7", hmac_sha256_hex(secret, "7"))->subject == "7");
  CHECK_FALSE(check_hash(secret, "8", hmac_sha256_hex(secret, "7")).ok());
  CHECK_FALSE(check_hash("", "7", hmac_sha256_hex("", "7")).ok());
  CHECK_FALSE(check_hash(secret, "", hmac_sha256_hex(secret, "")).ok());
}

TEST_CASE("webchat: questions are read from one line each") {
  const auto field = read_field("topic!: What is it about? = Sales | Support");
  REQUIRE(field.ok());
  CHECK(*field == VisitorField{"topic", "What is it about?", VisitorFieldKind::choice, true, {"Sales", "Support"}});
  CHECK(read_field("email")->kind == VisitorFieldKind::email);
  CHECK(read_field("consent!: I agree")->kind == VisitorFieldKind::consent);
  for (const auto* wrong : {"", "!", ": label", "Name", "a b", "topic = Sales | "}) CHECK_FALSE(read_field(wrong).ok());
}

TEST_CASE("webchat: answers are held to their questions") {
  const std::vector<VisitorField> fields{*read_field("name!"), *read_field("email"), *read_field("phone"),
                                         *read_field("topic = Sales | Support"), *read_field("consent!")};
  const auto kept = check_fields(fields, {{"name", "Anna"}, {"consent", "true"}, {"email", ""}, {"other", "x"}});
  REQUIRE(kept.ok());
  CHECK(*kept == std::map<std::string, std::string>{{"name", "Anna"}, {"consent", "true"}});
  const auto refused = [&](const std::string& name, const std::string& value) {
    std::map<std::string, std::string> given{{"name", "Anna"}, {"consent", "true"}};
    given[name] = value;
    const auto outcome = check_fields(fields, given);
    return !outcome.ok() && outcome.error().detail.find(name) != std::string::npos;
  };
  CHECK(refused("name", ""));
  CHECK(refused("name", "a\nb"));
  CHECK(refused("name", std::string(501, 'a')));
  CHECK(refused("email", "anna"));
  CHECK(refused("email", "@example.com"));
  CHECK(refused("phone", "call me"));
  CHECK(refused("topic", "Gossip"));
  CHECK(refused("consent", "yes"));
}

TEST_CASE("webchat: settings become rules, and a mistake is named by its key") {
  Settings settings;
  settings.values["allowed_origins"] = std::vector<std::string>{"HTTPS://www.Example.com/", "http://localhost:8080"};
  settings.values["upload_bytes_max"] = std::int64_t{2'000};
  const auto rules = read_rules(settings);
  REQUIRE(rules.ok());
  CHECK(rules->allowed_origins == std::vector<std::string>{"https://www.example.com", "http://localhost:8080"});
  CHECK(rules->limits.upload_bytes_max == 2'000);
  const auto complaint = [](const std::string& key, SettingValue value) {
    Settings wrong;
    wrong.values[key] = std::move(value);
    const auto read = read_rules(wrong);
    return read.ok() ? std::string() : read.error().detail;
  };
  for (const auto* origin : {"www.example.com", "https://", "https://a.com/path", "ftp://a.com", "*"})
    CHECK(complaint("allowed_origins", std::vector<std::string>{origin}).starts_with("allowed_origins"));
  CHECK(complaint("upload_bytes_max", std::int64_t{1} << 40).starts_with("upload_bytes_max"));
  CHECK(complaint("messages_per_minute_max", std::int64_t{0}).starts_with("messages_per_minute_max"));
  CHECK(complaint("color", std::string("green")).starts_with("color"));
  CHECK(complaint("fields", std::vector<std::string>{"Bad Name"}).starts_with("fields"));
}

TEST_CASE("webchat: a reply is accepted at once, without any request") {
  const Webchat chat({}, secret);
  Outbound reply;
  reply.text = "ciao";
  reply.correlation = "7k2.ms_5.1";
  const auto step = chat.next_send_step(reply, {});
  REQUIRE(std::holds_alternative<SendOutcome>(step));
  CHECK(std::get<SendOutcome>(step) == SendOutcome(Accepted{{"7k2.ms_5.1"}}));
  CHECK(chat.base_urls().empty());
}

TEST_CASE("webchat: an inbox that nobody can use says why") {
  CHECK(Webchat({}, secret).settings_finding()->code == "allowed_origins_missing");
  VisitorRules rules;
  rules.allowed_origins = {"https://www.example.com"};
  rules.identity_required = true;
  CHECK(Webchat(rules, "").settings_finding()->code == "identity_secret_missing");
  CHECK_FALSE(Webchat(rules, secret).settings_finding());
}

TEST_CASE("webchat: the widget is in the program, and nothing else") {
  const Webchat chat({}, secret);
  const auto file = chat.visitor_file("widget.js");
  REQUIRE(file);
  CHECK(file->bytes.find("attachShadow") != std::string_view::npos);
  CHECK(file->bytes.find("innerHTML") == std::string_view::npos);
  CHECK_FALSE(chat.visitor_file("../webchat.cpp"));
}
