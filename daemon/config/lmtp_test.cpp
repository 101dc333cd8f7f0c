// Where mail may be handed over: on this machine only, and somewhere at all where an inbox lives by it.
#include <map>

#include "connectors/sdk/factory.hpp"
#include "daemon/config/addresses.hpp"
#include "daemon/config/load.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::config {
namespace {

class NoFiles final : public Environment {
 public:
  [[nodiscard]] std::variant<std::string, Unreadable> read_file(const std::filesystem::path&,
                                                                std::size_t) const override {
    return Unreadable{"no such file"};
  }
  [[nodiscard]] std::optional<std::string> variable(const std::string&) const override { return std::nullopt; }
};

Loaded load(const std::string& text) {
  return load_text(text, "/etc/inboxd/inboxd.toml", connectors::channels(), NoFiles(), SecretsMode::resolve);
}

std::string lmtp_of(const std::string& address) {
  const auto loaded = load("[server]\nlmtp = \"" + address + "\"\n");
  if (const auto* config = std::get_if<Config>(&loaded)) return config->server.lmtp;
  const auto& problems = std::get<std::vector<Problem>>(loaded);
  REQUIRE(problems.size() == 1);
  return std::to_string(problems[0].line) + ": " + problems[0].text;
}

constexpr auto inbox = R"(
[[inbox]]
name = "support"
connector = "email"
address = "support@example.com"
receive = "lmtp"
smtp_url = "smtp://127.0.0.1:25"
username = "support"
password = "x"
)";

TEST_CASE("mail is handed over on loopback or at a Unix socket, and nowhere unless it is asked for") {
  for (const std::string address : {"127.0.0.1:8824", "127.8.8.8:24", "[::1]:24", "/run/inboxd/lmtp.sock", ""})
    CHECK(lmtp_of(address) == address);
  CHECK(std::get<Config>(load("")).server.lmtp.empty());
}

TEST_CASE("an address that others could reach is refused with the reason") {
  for (const std::string address : {"0.0.0.0:24", "192.0.2.1:24", "[::]:24", "[2001:db8::1]:24"})
    CHECK(lmtp_of(address).find("can be reached from other machines") != std::string::npos);
  for (const std::string address : {"localhost:24", "8824", "run/lmtp.sock", "127.0.0.1"})
    CHECK(lmtp_of(address).find("2: lmtp = \"" + address + "\" is neither an address") == 0);
  CHECK(lmtp_of('/' + std::string(107, 'a')).find("longer than 107 bytes") != std::string::npos);
  for (const std::string address : {"127.0.0.1:8800", "127.0.0.1:8801", "/var/lib/inboxd/admin.sock"})
    CHECK(lmtp_of(address).find("another listener") != std::string::npos);
  CHECK_FALSE(is_loopback("127.0.0.1.example"));
}

TEST_CASE("an inbox that lives by LMTP alone needs the listener, unless it is disabled") {
  const auto refused = std::get<std::vector<Problem>>(load(inbox));
  REQUIRE(refused.size() == 1);
  CHECK(refused[0].line == 2);
  CHECK(refused[0].text.find("inbox \"support\" gets mail by LMTP alone, and server.lmtp is not set") == 0);
  CHECK(std::holds_alternative<Config>(load(std::string("[server]\nlmtp = \"127.0.0.1:8824\"\n") + inbox)));
  CHECK(std::holds_alternative<Config>(load(std::string(inbox) + "enabled = false\n")));
}

TEST_CASE("another place to hand mail over takes a restart") {
  const auto before = std::get<Config>(load(""));
  auto after = before;
  after.server.lmtp = "127.0.0.1:8824";
  CHECK(restart_reasons(before, after) == std::vector<std::string>{"server.lmtp changed, which needs a restart"});
}

}  // namespace
}  // namespace inboxd::config
