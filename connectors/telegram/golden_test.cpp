// Golden pairs: testdata/CASE.json is what Telegram posts, testdata/CASE.out.json what it becomes. After a wanted
// change, INBOXD_GOLDEN=write writes the expectations anew; read their difference before you commit it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/sdk/inbound_json.hpp"
#include "connectors/telegram/telegram.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
namespace files = std::filesystem;

namespace {

const telegram::Telegram bot{{"123456:secret", "s3cret", telegram::Reception::webhook, "https://api.telegram.org"}};

std::string read(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<files::path> cases() {
  std::vector<files::path> found;
  for (const auto& entry : files::directory_iterator(files::path(INBOXD_SOURCE_DIR) / "connectors/telegram/testdata"))
    if (entry.path().extension() == ".json" && entry.path().stem().extension() != ".out" &&
        entry.path().stem() != "conformance")
      found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

Inbound normalise(const files::path& path) {
  return bot.normalise({"POST", "", {{"x-telegram-bot-api-secret-token", "s3cret"}}, read(path)});
}

}  // namespace

TEST_CASE("telegram: every kind of update becomes what its golden pair says") {
  const char* mode = std::getenv("INBOXD_GOLDEN");
  const bool write = mode != nullptr && std::string_view(mode) == "write";
  CHECK(cases().size() > 50);
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    auto expected = path;
    expected.replace_extension(".out.json");
    const std::string made = inbound_to_text(normalise(path));
    if (write) std::ofstream(expected, std::ios::binary) << made;
    CHECK(made == read(expected));
  }
}

TEST_CASE("telegram: a retry of an update is known, and no two updates share a key") {
  std::vector<std::string> keys;
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    const Inbound once = normalise(path);
    CHECK(once == normalise(path));
    for (const auto& event : once.events) keys.push_back(origin_of(event).dedupe_key);
  }
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
}

TEST_CASE("telegram: nothing that Telegram acknowledges is dropped without a word") {
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    const Inbound inbound = normalise(path);
    CHECK((!inbound.events.empty() || !inbound.malformed.empty()));
  }
}

TEST_CASE("telegram: no prefix of an update makes normalise fail") {
  for (const auto& path : cases()) {
    const std::string body = read(path);
    for (std::size_t size = 0; size + 2 < body.size(); size += 7) {
      const Inbound inbound = bot.normalise({"POST", "", {}, body.substr(0, size)});
      CHECK((inbound.events.empty() && !inbound.malformed.empty()));
    }
  }
}

TEST_CASE("telegram: two edits within one second are two events") {
  const auto edit = [](const std::string& id, const std::string& text) {
    return bot.normalise({"POST",
                          "",
                          {},
                          R"({"update_id":)" + id + R"(,"edited_message":{"message_id":1,"date":9,)" +
                              R"("edit_date":10,"chat":{"id":77,"type":"private"},"text":")" + text + "\"}}"});
  };
  CHECK(origin_of(edit("5", "a").events.at(0)).dedupe_key == "e:77:1:10:5");
  CHECK(origin_of(edit("6", "b").events.at(0)).dedupe_key == "e:77:1:10:6");
}
