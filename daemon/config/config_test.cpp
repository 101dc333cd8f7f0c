// What the configuration promises operators: every mistake at once, each with its line and its mend; secrets resolved
// and never quoted; and that the documents of schemas/config know every key.
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "connectors/sdk/factory.hpp"
#include "daemon/config/addresses.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/load.hpp"
#include "daemon/config/suggest.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::config {

namespace {

class FakeEnvironment final : public Environment {
 public:
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> files;

  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  }
  [[nodiscard]] std::variant<std::string, Unreadable> read_file(const std::filesystem::path& path,
                                                                std::size_t bytes_max) const override {
    const auto found = files.find(path.string());
    if (found == files.end()) return Unreadable{"there is no such file"};
    if (found->second.size() > bytes_max) return Unreadable{"it is too large"};
    return found->second;
  }
};

/// Knows every file, variable and credential.
class GenerousEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string&) const override { return "known"; }
  [[nodiscard]] std::variant<std::string, Unreadable> read_file(const std::filesystem::path& path,
                                                                std::size_t) const override {
    // A bot's token is its number and a secret part; everything else is one long word.
    return std::string(path.filename() == "telegram-token" ? "123456789:" : "") + "content_longer_than_a_key_must_be";
  }
};

/// Refuses what definitions cannot express, as real channels do.
Result<std::unique_ptr<connectors::Connector>> make_pigeon(const connectors::Settings& settings) {
  if (settings.integer("altitude") < 0) return bad_request("altitude is below the ground; use 0 or more");
  return std::unique_ptr<connectors::Connector>();
}

std::vector<connectors::Channel> fake_channels() {
  using connectors::Presence;
  using connectors::SettingType;
  return {{"pigeon",
           {{"token", SettingType::secret, Presence::required, "", "The pigeon's ring.", {}},
            {"mode", SettingType::text, Presence::optional, "day", "When it flies.", {"day", "night"}},
            {"api_base", SettingType::url, Presence::optional, "https://pigeon.example", "Its loft.", {}},
            {"altitude", SettingType::integer, Presence::optional, "120", "In metres.", {}},
            {"insured", SettingType::flag, Presence::optional, "true", "Whether a lost one is paid.", {}},
            {"routes", SettingType::text_list, Presence::optional, "north,south", "Where it may fly.", {}},
            {"oauth2", SettingType::table, Presence::optional, "", "Its licence.", {}}},
           make_pigeon}};
}

const std::filesystem::path file = "/etc/inboxd/inboxd.toml";

Loaded load(std::string_view text, const Environment& environment = FakeEnvironment(),
            SecretsMode mode = SecretsMode::resolve) {
  return load_text(text, file, fake_channels(), environment, mode);
}
Config accepted(const Loaded& loaded) {
  if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded))
    for (const auto& problem : *problems) UNSCOPED_INFO(to_string(problem));
  REQUIRE(std::holds_alternative<Config>(loaded));
  return std::get<Config>(loaded);
}
std::vector<std::string> refused(const Loaded& loaded) {
  REQUIRE(std::holds_alternative<std::vector<Problem>>(loaded));
  std::vector<std::string> lines;
  for (const auto& problem : std::get<std::vector<Problem>>(loaded)) lines.push_back(to_string(problem));
  return lines;
}
bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The only problem of `text` is at `line` and says `words`.
void one_problem(const std::string& text, int line, const std::string& words) {
  const auto problems = refused(load(text));
  INFO(text);
  for (const auto& problem : problems) UNSCOPED_INFO(problem);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].starts_with("/etc/inboxd/inboxd.toml:" + std::to_string(line) + ": "));
  CHECK(contains(problems[0], words));
}

std::string document(const std::string& name) {
  std::ifstream stream(std::string(INBOXD_SOURCE_DIR) + "/schemas/config/" + name);
  std::stringstream text;
  text << stream.rdbuf();
  REQUIRE(!text.str().empty());
  return text.str();
}

}  // namespace

TEST_CASE("an empty file is the defaults") {
  const auto config = accepted(load(""));
  CHECK(to_string(config.server.listen) == "127.0.0.1:8800");
  REQUIRE(config.server.metrics);
  CHECK(to_string(*config.server.metrics) == "127.0.0.1:8801");
  CHECK(config.server.public_url == "http://127.0.0.1:8800");
  CHECK(config.server.media_url == config.server.public_url);
  CHECK(config.storage.directory == "/var/lib/inboxd");
  CHECK(config.server.admin_socket == "/var/lib/inboxd/admin.sock");
  CHECK(config.storage.events_days == 400);
  CHECK(config.storage.originals_days == 30);
  CHECK(config.conversations.close_after_days == 7);
  CHECK(config.server.connections_max == 10'000);
  CHECK(config.server.log_level == "info");
  CHECK(config.inboxes.empty());
  CHECK(config.file == file);
}

TEST_CASE("every key is taken, and relative paths start at the file's folder") {
  FakeEnvironment environment;
  environment.files = {{"/etc/inboxd/chain.pem", "x"}, {"/keys/key.pem", "x"}};
  const auto config = accepted(load(R"(
[server]
listen = "[::1]:0"
metrics = ""
public_url = "https://inbox.example.com/"
media_url = "https://media.example.com"
admin_socket = "run/admin.sock"
trusted_proxies = ["10.0.0.0/8", "::1"]
tls_certificate = "chain.pem"
tls_key = "/keys/key.pem"
connections_max = 50
upload_bytes_max = 4294967296
log_level = "debug"
[storage]
directory = "../../data"
events_days = 10
originals_days = 3
[conversations]
close_after_days = 2
)",
                                    environment));
  CHECK(config.server.listen == Address{"::1", 0});
  CHECK(to_string(config.server.listen) == "[::1]:0");
  CHECK_FALSE(config.server.metrics);
  CHECK(config.server.public_url == "https://inbox.example.com");
  CHECK(config.server.media_url == "https://media.example.com");
  CHECK(config.server.admin_socket == "/etc/inboxd/run/admin.sock");
  CHECK(config.server.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "::1"});
  CHECK(config.server.tls_certificate == "/etc/inboxd/chain.pem");
  CHECK(config.server.upload_bytes_max == 4'294'967'296);
  CHECK(config.server.log_level == "debug");
  CHECK(config.storage.directory == "/data");
  CHECK(config.storage.events_days == 10);
  CHECK(config.conversations.close_after_days == 2);
}

TEST_CASE("an inbox carries its channel's settings with defaults filled in") {
  const auto config = accepted(load(R"(
[[inbox]]
name = "birds-1"
connector = "pigeon"
token = "ring-77"
close_after_days = 3
oauth2 = { token_url = "https://licence.example/token", client_secret = "feather" }
)"));
  REQUIRE(config.inboxes.size() == 1);
  const auto& inbox = config.inboxes[0];
  CHECK(inbox.name == "birds-1");
  CHECK(inbox.connector == "pigeon");
  CHECK(inbox.enabled);
  CHECK(inbox.close_after_days == 3);
  CHECK(inbox.settings.text("token") == "ring-77");
  CHECK(inbox.settings.text("mode") == "day");
  CHECK(inbox.settings.text("api_base") == "https://pigeon.example");
  CHECK(inbox.settings.integer("altitude") == 120);
  CHECK(inbox.settings.flag("insured"));
  CHECK(inbox.settings.list("routes") == std::vector<std::string>{"north", "south"});
  CHECK_FALSE(inbox.settings.has("enabled"));
  CHECK(std::get<std::map<std::string, std::string>>(inbox.settings.values.at("oauth2")).at("client_secret") ==
        "feather");
  CHECK(config.secrets == std::vector<std::string>{"feather", "ring-77"});
}

TEST_CASE("secrets come from the environment, files and credentials") {
  FakeEnvironment environment;
  environment.variables = {{"RING", "from-env"}, {"CREDENTIALS_DIRECTORY", "/run/credentials"}};
  environment.files = {{"/etc/inboxd/ring", "from-file\n"}, {"/run/credentials/ring", "from-credential\r\n"}};
  const auto [source, value] =
      GENERATE(table<std::string, std::string>({{"{ env = \"RING\" }", "from-env"},
                                                {"{ file = \"ring\" }", "from-file"},
                                                {"{ credential = \"ring\" }", "from-credential"}}));
  const auto config =
      accepted(load("[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\ntoken = " + source + "\n", environment));
  CHECK(config.inboxes[0].settings.text("token") == value);
  CHECK(config.secrets == std::vector<std::string>{value});
}

TEST_CASE("a secret that cannot be had is told by its source and line, and skipped when nobody asks for it") {
  const auto [source, words] = GENERATE(
      table<std::string, std::string>({{"{ env = \"RING\" }", "RING is not set"},
                                       {"{ file = \"/no/ring\" }", "cannot read /no/ring: there is no such file"},
                                       {"{ credential = \"ring\" }", "no $CREDENTIALS_DIRECTORY"},
                                       {"{ enviroment = \"RING\" }", "is no source of a secret"},
                                       {"{ env = \"A\", file = \"B\" }", "must be text in quotes, { env"},
                                       {"{ env = 5 }", "must be text in quotes"},
                                       {"\"\"", "token is empty"},
                                       {"5", "token must be text in quotes"}}));
  const std::string text = "[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\ntoken = " + source + "\n";
  one_problem(text, 4, words);
  if (source.starts_with("{ env = \"R") || source.starts_with("{ f") || source.starts_with("{ c"))
    CHECK(accepted(load(text, FakeEnvironment(), SecretsMode::skip)).secrets.empty());
}

TEST_CASE("a credential is a name, never a path out of its folder") {
  FakeEnvironment environment;
  environment.variables = {{"CREDENTIALS_DIRECTORY", "/run/credentials"}};
  const auto problems = refused(
      load("[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\ntoken = { credential = \"../x\" }\n", environment));
  REQUIRE(problems.size() == 1);
  CHECK(contains(problems[0], "is a path"));
}

TEST_CASE("each mistake is told with its line and its mend") {
  one_problem("[server]\nlissten = \"127.0.0.1:1\"\n", 2,
              "unknown key \"lissten\" in [server] (did you mean \"listen\"?)");
  one_problem("\n[storrage]\n", 2, "unknown table \"storrage\" (did you mean \"storage\"?)");
  one_problem("listen = \"127.0.0.1:1\"\n", 1, "unknown key \"listen\"");
  one_problem("server = 5\n", 1, "server must be a table; write [server]");
  one_problem("[server]\nlisten = \"localhost:8800\"\n", 2, "is not an address; write an IP address and a port");
  one_problem("[server]\nlisten = \"127.0.0.1:88000\"\n", 2, "is not an address");
  one_problem("[server]\nlisten = 8800\n", 2, "listen must be text in quotes");
  one_problem("[server]\npublic_url = \"inbox.example.com\"\n", 2, "is not the URL of an origin");
  one_problem("[server]\npublic_url = \"https://example.com/path\"\n", 2, "without a path");
  one_problem("[server]\ntrusted_proxies = [\"10.0.0.0/33\"]\n", 2, "neither an IP address nor a network");
  one_problem("[server]\nlog_level = \"verbose\"\n", 2, "is not one of \"debug\"");
  one_problem("[server]\nmetrics = \"127.0.0.1:8800\"\n", 2, "same address");
  one_problem("[server]\nadmin_socket = \"/" + std::string(120, 'a') + "\"\n", 2, "longer than 107 bytes");
  one_problem("[storage]\nevents_days = 0\n", 2, "events_days = 0 is out of range; use 1 to 36500");
  one_problem("[storage]\nevents_days = \"many\"\n", 2, "must be a whole number");
  one_problem("[storage]\ndirectory = \"\"\n", 2, "is empty");
  one_problem("[inbox]\nname = \"a\"\n", 1, "write [[inbox]]");
}

TEST_CASE("TLS needs both files, and both readable") {
  const auto problems = refused(load("[server]\ntls_key = \"/no/key.pem\"\n"));
  REQUIRE(problems.size() == 2);
  CHECK(contains(problems[0], "go together"));
  CHECK(contains(problems[1], ":2: tls_key: cannot read /no/key.pem"));
}

TEST_CASE("each mistake in an inbox is told with its line") {
  const std::string head = "[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\ntoken = \"t\"\n";
  one_problem("[[inbox]]\nname = \"A b\"\nconnector = \"pigeon\"\ntoken = \"t\"\n", 2, "use 1 to 32 of a-z, 0-9 and");
  one_problem("[[inbox]]\nname = \"" + std::string(33, 'a') + "\"\nconnector = \"pigeon\"\ntoken = \"t\"\n", 2,
              "1 to 32");
  one_problem("[[inbox]]\nname = \"a\"\nconnector = \"pigoen\"\n", 3, "(did you mean \"pigeon\"?); it has \"pigeon\"");
  one_problem("[[inbox]]\nconnector = \"pigeon\"\ntoken = \"t\"\n", 1, "name is missing; add it");
  one_problem("[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\n", 1,
              "inbox \"a\" lacks token; add it: The pigeon's ring.");
  one_problem(head + "tokn = \"x\"\n", 5, "(did you mean \"token\"?)");
  one_problem(head + "mode = \"dusk\"\n", 5, "is not one of \"day\", \"night\"");
  one_problem(head + "api_base = \"pigeon.example\"\n", 5, "is not a URL");
  one_problem(head + "insured = \"yes\"\n", 5, "must be true or false");
  one_problem(head + "routes = \"north\"\n", 5, "must be a list");
  one_problem(head + "enabled = 1\n", 5, "must be true or false");
  one_problem(head + "altitude = -1\n", 5, "inbox \"a\": altitude is below the ground");
  one_problem(head + head, 5, "a second inbox is named \"a\" (the first is at line 1)");
}

TEST_CASE("all mistakes are reported together, in the order of their lines") {
  const auto problems = refused(load(R"([server]
listen = "nowhere"
colour = "blue"
[storage]
events_days = 0
[[inbox]]
name = "A"
connector = "pigeon"
wings = 2
)"));
  REQUIRE(problems.size() == 6);
  CHECK(contains(problems[0], "toml:2: "));
  CHECK(contains(problems[1], "toml:3: "));
  CHECK(contains(problems[2], "toml:5: "));
  CHECK(contains(problems[3], "toml:6: "));
  CHECK(contains(problems[4], "toml:7: "));
  CHECK(contains(problems[5], "toml:9: "));
}

TEST_CASE("a file that is not TOML, missing or too large is one clear problem") {
  one_problem("[server]\nlisten = \n", 2, "not TOML: ");
  const std::string nested = "x = " + std::string(5'000, '[') + std::string(5'000, ']');
  CHECK(refused(load(nested)).size() == 1);
  const auto problems = refused(load_file(file, fake_channels(), FakeEnvironment()));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].starts_with("/etc/inboxd/inboxd.toml:1: cannot read the configuration: there is no such file"));
  const ProcessEnvironment process;
  CHECK(contains(refused(load_file("/no/such.toml", fake_channels(), process))[0], "No such file or directory"));
  CHECK(contains(refused(load_file("/", fake_channels(), process))[0], "it is a directory"));
}

TEST_CASE("no message quotes a secret") {
  for (const auto& problem : refused(load("[[inbox]]\nname = \"a\"\nconnector = \"pigeon\"\ntoken = \"hidden-word\"\n"
                                          "altitude = -1\noauth2 = { client_secret = \"hidden-word\", x = 5 }\n")))
    CHECK_FALSE(contains(problem, "hidden-word"));
}

TEST_CASE("listen, metrics, admin socket and directory hold until a restart") {
  const auto before = accepted(load(""));
  auto after = before;
  after.server.public_url = "https://other.example";
  after.storage.events_days = 1;
  CHECK(restart_reasons(before, after).empty());
  after.server.listen.port = 1;
  after.server.metrics.reset();
  after.storage.directory = "/elsewhere";
  const auto reasons = restart_reasons(before, after);
  REQUIRE(reasons.size() == 3);
  CHECK(contains(reasons[0], "server.listen changed, which needs a restart"));
}

TEST_CASE("the master key is a secret like any other, long enough, and needs a restart to change") {
  FakeEnvironment environment;
  environment.variables["KEY"] = "0123456789abcdef0123456789abcdef";
  const auto config = accepted(load("[storage]\nmaster_key = { env = \"KEY\" }\n", environment));
  CHECK(config.storage.master_key == environment.variables["KEY"]);
  CHECK(config.secrets == std::vector<std::string>{environment.variables["KEY"]});
  one_problem("[storage]\nmaster_key = \"short\"\n", 2, "is shorter than 32 characters");
  one_problem("[storage]\nmaster_key = { env = \"NONE\" }\n", 2, "NONE is not set");
  auto after = config;
  after.storage.master_key = "fedcba9876543210fedcba9876543210";
  CHECK(restart_reasons(config, after).size() == 1);
}

TEST_CASE("the example and the README of schemas/config name every key, and the defaults are the README's") {
  const auto example = document("inboxd.example.toml");
  const auto readme = document("README.md");
  const auto check_row = [&](const auto& row) {
    const std::string key(row.key);
    INFO(key);
    CHECK(std::regex_search(example, std::regex("(^|\n)#?" + key + " *= ")));
    const auto start = readme.find("| `" + std::string(row.section) + '.' + key + "` |");
    REQUIRE(start != std::string::npos);
    const auto line = readme.substr(start, readme.find('\n', start) - start);
    if (!row.default_literal.empty()) CHECK(contains(line, '`' + std::string(row.default_literal) + '`'));
    if (row.most != 0) CHECK(contains(line, std::to_string(row.least) + " to " + std::to_string(row.most)));
    for (const auto word : words_of(row.allowed)) CHECK(contains(line, std::string(word)));
    CHECK(row.sentence.ends_with('.'));
  };
  for (const auto& row : keys()) check_row(row);
  for (const auto& row : inbox_keys()) check_row(row);
}

TEST_CASE("the example is accepted as it stands, and with all that is commented out as far as channels are built in") {
  const auto example = document("inboxd.example.toml");
  CHECK(accepted(load(example)).inboxes.empty());
  const auto whole = std::regex_replace(example, std::regex("(^|\n)#(?=[a-z_0-9\\[])"), "$1");
  const auto loaded = load_text(whole, file, connectors::channels(), GenerousEnvironment());
  if (const auto* problems = std::get_if<std::vector<Problem>>(&loaded))
    for (const auto& problem : *problems) {
      INFO(to_string(problem));
      CHECK(contains(problem.text, "is no channel of this program"));
    }
}

TEST_CASE("addresses, networks and URLs are checked by their syntax") {
  CHECK(parse_address("0.0.0.0:65535"));
  for (const char* text : {"", ":1", "1.2.3.4", "1.2.3.4:", "1.2.3.4:+1", "1.2.3:80", "::1:80", "[::1]", "[1.2.3.4]:1"})
    CHECK_FALSE(parse_address(text));
  CHECK(is_network("fe80::/10"));
  for (const char* text : {"", "10.0.0.0/", "10.0.0.0/a", "host", "10.0.0.0/8/8"}) CHECK_FALSE(is_network(text));
  CHECK(is_base_url("imaps://mail.example.com:993"));
  for (const char* text : {"", "x", "https://", "https://u:p@example.com", "https://example.com/?q", "mailto:a@b.c"})
    CHECK_FALSE(is_base_url(text));
}

TEST_CASE("a suggestion is near the word, or absent") {
  CHECK(suggestion("tokn", {"mode", "token"}) == " (did you mean \"token\"?)");
  CHECK(suggestion("zebra", {"mode", "token"}).empty());
  CHECK(suggestion("", {"mode"}).empty());
  CHECK(suggestion(std::string(10'000, 'x'), {"mode"}).empty());
}

}  // namespace inboxd::config
