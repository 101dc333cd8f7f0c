// Originals out of a file: stored with how far the file is read, and what breaks our code is kept apart.
#include "daemon/ingest/file_import.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_desk.hpp"

namespace inboxd::ingest {
namespace {

using std::chrono::days;

struct Archive : StreamDesk {
  Result<ImportPlace> take(const std::vector<std::string>& originals, std::int64_t position) {
    FilePortion portion{"mail", "file", ConversationStatus::closed, position, {}};
    for (const auto& original : originals) portion.originals.push_back({original, {}, {}, {}});
    std::optional<Result<ImportPlace>> answer;
    files.take(std::move(portion), [&](Result<ImportPlace> place) { answer = std::move(place); });
    return *answer;
  }
  ImportPlace find() {
    std::optional<ImportPlace> found;
    files.find("mail", "file", [&](Result<ImportPlace> place) { found = *place; });
    return *found;
  }

  FileImport files{{channels(), bus, readers, blobs, background, observer, [](const std::string&) { return days{3}; }}};
};

TEST_CASE("a portion is stored with its place, and a repeated one is counted as such") {
  Archive desk;
  CHECK(desk.find().position == 0);
  CHECK(desk.take({"m1", "m2"}, 2)->tally.imported == 2);
  CHECK(desk.find().position == 2);
  CHECK(desk.take({"m2", "m3"}, 4)->tally.repeated == 1);
  CHECK(desk.messages() == 3);
  CHECK(desk.health().state == InboxHealthState::healthy);
}

TEST_CASE("a file that is read is forgotten: its next import begins at the start") {
  Archive desk;
  CHECK(desk.take({"m1"}, 1));
  std::optional<ImportPlace> told;
  desk.files.forget("mail", "file", [&](Result<ImportPlace> place) { told = *place; });
  CHECK(told->tally.imported == 1);
  CHECK(desk.find().position == 0);
  CHECK(desk.find().tally.total() == 0);
}

TEST_CASE("what breaks the channel's code is in quarantine, and the others of its portion are stored") {
  Archive desk;
  const auto place = desk.take({"m1", "throw me", "m2"}, 3);
  CHECK(place->tally.imported == 2);
  CHECK(place->tally.unreadable == 1);
  CHECK(desk.messages() == 2);
  CHECK(desk.quarantine().size() == 1);
}

TEST_CASE("a store that fails stores nothing of the portion, and says so") {
  Archive desk;
  desk.bus.disk_full = true;
  CHECK(desk.take({"m1"}, 1).error().code == ErrorCode::storage_unavailable);
  desk.bus.disk_full = false;
  CHECK(desk.find().position == 0);
  CHECK(desk.take({"m1"}, 1)->tally.imported == 1);
}

}  // namespace
}  // namespace inboxd::ingest
