// Backups of a real store: whole, verified, refused when anything about them is wrong; and a restore that is
// interrupted between any two of its renames.
#include <fstream>
#include <sstream>

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include "storage/archive/manifest.hpp"
#include "storage/archive/tar.hpp"
#include "storage/backup.hpp"
#include "storage/file_descriptor.hpp"
#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage {
namespace {

namespace fs = std::filesystem;
using conformance::SqliteBackEnd;
using conformance::TemporaryFolder;

const Timestamp noon = from_unix_ms(1'700'000'000'000);
bool go_on(const BackupProgress&) { return true; }

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}
void write(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// A store with one attachment, and its backup.
struct Fixture {
  TemporaryFolder folder;
  fs::path directory = folder.path() / "store";
  fs::path file = folder.path() / "backup.tar";
  std::string blob;

  Fixture() {
    auto opened = SqliteBackEnd::open(directory);
    const auto writer = opened.store->open_writer();
    auto bytes = opened.blobs->create().value();
    const std::string text(300'000, 'x');
    REQUIRE(bytes->write({text.data(), text.size()}));
    blob = bytes->finish().value().hash;
    writer->begin();
    AttachmentRow row;
    row.attachment.name = "a.txt";
    row.attachment.size = text.size();
    row.attachment.state = AttachmentState::ready;
    row.blob_hash = blob;
    row.created_at = noon;
    writer->tables().attachments().insert(row);
    writer->commit();
  }
  /// Another attachment; its file's path.
  fs::path attach(char letter) const {
    auto opened = SqliteBackEnd::open(directory);
    auto bytes = opened.blobs->create().value();
    REQUIRE(bytes->write({&letter, 1}));
    AttachmentRow row;
    row.attachment.name = "b.txt";
    row.attachment.size = 1;
    row.attachment.state = AttachmentState::ready;
    row.blob_hash = bytes->finish().value().hash;
    row.created_at = noon;
    const auto writer = opened.store->open_writer();
    writer->begin();
    writer->tables().attachments().insert(row);
    writer->commit();
    return directory / blob_path(row.blob_hash);
  }
  Result<BackupFacts> backup(const BackupWatch& watch = go_on,
                             const std::function<void(const std::string&)>& leave_out = {}) const {
    auto opened = SqliteBackEnd::open(directory);
    const auto copy = CopyFolder::make(directory).value();
    REQUIRE(opened.copy_into(copy->database(), [](const CopyProgress&) { return true; }));
    return write_backup({copy->database(), directory / "blobs", file, noon, leave_out}, watch);
  }
  Result<BackupFacts> extract(const fs::path& from) const {
    const auto into = unfinished_restore(directory);
    fs::remove_all(into);
    fs::create_directory(into);
    return read_backup(from, into, BackupUse::extract, go_on);
  }
};

/// The backup's files, to be packed again otherwise.
struct Packed {
  std::vector<std::pair<std::string, std::string>> files;
  explicit Packed(const fs::path& file) {
    const FileDescriptor opened(::open(file.c_str(), O_RDONLY));
    TarReader tar(opened.get());
    while (auto entry = tar.next().value()) {
      std::string bytes;
      REQUIRE(tar.read(entry->size, [&](std::span<const char> part) -> Result<void> {
        bytes.append(part.data(), part.size());
        return {};
      }));
      files.emplace_back(entry->path, bytes);
    }
  }
  void write(const fs::path& file) const {
    fs::remove(file);
    const FileDescriptor opened(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    TarWriter tar(opened.get(), "again");
    for (const auto& [path, bytes] : files) {
      tar.begin_file(path, bytes.size(), noon);
      tar.write({bytes.data(), bytes.size()});
    }
    tar.finish();
  }
};

TEST_CASE("a backup is one plain tar with a manifest, the database and every attachment", "[backup]") {
  const Fixture store;
  const auto facts = store.backup();
  REQUIRE(facts);
  CHECK(facts->files == 2);
  CHECK(facts->schema_step == newest_schema_step());
  const Packed packed(store.file);
  REQUIRE(packed.files.size() == 3);
  CHECK(packed.files[0].first == "manifest.json");
  CHECK(packed.files[1].first == "inboxd.db");
  CHECK(packed.files[2].first == blob_path(store.blob));
  CHECK(bytes_of(store.file).substr(257, 5) == "ustar");
  CHECK((fs::status(store.file).permissions() & fs::perms::all) == (fs::perms::owner_read | fs::perms::owner_write));
  for (const auto& entry : fs::directory_iterator(store.directory))
    CHECK_FALSE(entry.path().filename().string().starts_with("copy-"));
}

TEST_CASE("a damaged attachment makes no backup, unless it may be left out", "[backup]") {
  const Fixture store;
  const auto damaged = store.attach('d');
  const auto missing = store.attach('m');
  write(damaged, "e");
  fs::remove(missing);
  CHECK_THROWS_AS(store.backup(), StorageFailure);
  CHECK_FALSE(fs::exists(store.file));

  std::vector<std::string> left_out;
  const auto facts = store.backup(go_on, [&](const std::string& why) { left_out.push_back(why); });
  REQUIRE(facts);
  CHECK(facts->files == 2);
  CHECK(facts->left_out == 2);
  std::ranges::sort(left_out);
  std::vector<std::string> expected{damaged.string() + " is damaged: its bytes are not those of its SHA-256",
                                    "cannot read " + missing.string() + ": No such file or directory"};
  std::ranges::sort(expected);
  CHECK(left_out == expected);
  const auto restored = store.extract(store.file);
  REQUIRE(restored);
  CHECK(restored->left_out == 2);
  CHECK(fs::exists(unfinished_restore(store.directory) / blob_path(store.blob)));

  // A disk that is not mounted is no damage.
  fs::remove(store.file);
  fs::rename(store.directory / "blobs", store.directory / "away");
  CHECK_THROWS_AS(store.backup(go_on, [](const std::string&) {}), StorageFailure);
  CHECK_FALSE(fs::exists(store.file));
  fs::remove_all(store.directory / "blobs");
  fs::rename(store.directory / "away", store.directory / "blobs");
  REQUIRE(store.backup(go_on, [](const std::string&) {}));

  // One more than its manifest says is a backup that lost something.
  Packed packed(store.file);
  packed.files.pop_back();
  auto& manifest = packed.files[0].second;
  manifest.erase(manifest.rfind(",\n{"), manifest.rfind("\n]}") - manifest.rfind(",\n{"));
  packed.write(store.file);
  const auto refused = store.extract(store.file);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail.find("is not in it") != std::string::npos);
}

TEST_CASE("a copy is of one moment while the writer goes on", "[backup]") {
  const Fixture store;
  auto opened = SqliteBackEnd::open(store.directory);
  const auto writer = opened.store->open_writer();
  const auto file = store.folder.path() / "copy.db";
  writer->begin();
  const auto shop = writer->tables().inboxes().insert({{}, "shop", "loopback", "", true, false, {}, {}, 1});
  writer->tables().originals().insert({{}, shop, "text/plain", std::string(4'000'000, 'x'), noon});
  writer->commit();
  int steps = 0;
  REQUIRE(opened.copy_into(file, [&](const CopyProgress& progress) {
    writer->begin();
    writer->tables().inboxes().insert({{}, "inbox" + std::to_string(steps++), "loopback", "", true, false, {}, {}, 1});
    writer->commit();
    CHECK(progress.bytes_done <= progress.bytes_total);
    return true;
  }));
  fs::create_directory(store.folder.path() / "other");
  fs::rename(file, store.folder.path() / "other" / "inboxd.db");
  auto copy = SqliteBackEnd::open(store.folder.path() / "other");
  copy.store->open_reader()->read([&](const Tables& tables) { CHECK(tables.inboxes().list().size() == 1); });
  CHECK(steps > 2);
}

TEST_CASE("an existing file is never overwritten, and nothing is left of a backup that failed", "[backup]") {
  const Fixture store;
  write(store.file, "mine");
  CHECK(store.backup().error().code == ErrorCode::conflict);
  CHECK(bytes_of(store.file) == "mine");
  fs::remove(store.file);
  CHECK(store.backup([](const BackupProgress&) { return false; }).error().code == ErrorCode::draining);
  const auto place = store.directory / blob_path(store.blob);
  const auto bytes = bytes_of(place);
  write(place, "y" + bytes.substr(1));
  CHECK_THROWS_AS(store.backup(), StorageFailure);
  fs::remove(place);
  CHECK_THROWS_AS(store.backup(), StorageFailure);
  CHECK_FALSE(fs::exists(store.file));
  CHECK_FALSE(fs::exists(store.file.string() + ".partial"));
}

TEST_CASE("a backup with any byte, file or name changed is refused", "[backup]") {
  const Fixture store;
  REQUIRE(store.backup());
  REQUIRE(store.extract(store.file));
  const auto whole = bytes_of(store.file);
  const auto changed = store.folder.path() / "changed.tar";
  SECTION("cut short anywhere") {
    for (const auto length : {std::size_t{0}, std::size_t{700}, whole.size() / 2, whole.size() - 310'000}) {
      write(changed, whole.substr(0, length));
      CHECK(store.extract(changed).error().code == ErrorCode::bad_request);
    }
  }
  SECTION("a byte of the database") {
    auto bytes = whole;
    bytes[bytes.find("SQLite format 3") + 5000] ^= 1;
    write(changed, bytes);
    CHECK(store.extract(changed).error().detail.find("SHA-256") != std::string::npos);
  }
  SECTION("a file too many, one too few, one of another name, none at all") {
    Packed packed(store.file);
    packed.files.emplace_back("more", "bytes");
    packed.write(changed);
    CHECK(store.extract(changed).error().detail.find("more") != std::string::npos);
    packed.files.resize(2);
    packed.write(changed);
    CHECK_FALSE(store.extract(changed));
    packed.files[1].first = "../inboxd.db";
    packed.write(changed);
    CHECK_FALSE(store.extract(changed));
    packed.files.erase(packed.files.begin());
    packed.write(changed);
    CHECK_FALSE(store.extract(changed));
    write(changed, "no tar");
    CHECK_FALSE(store.extract(changed));
  }
  SECTION("a manifest that names what a backup does not have") {
    Packed packed(store.file);
    auto& manifest = packed.files[0].second;
    const auto path = blob_path(store.blob);
    manifest.replace(manifest.find(path), path.size(), "../../../../etc/evil");
    packed.files[2].first = "../../../../etc/evil";
    packed.write(changed);
    CHECK(store.extract(changed).error().detail.find("does not have") != std::string::npos);
  }
  SECTION("an attachment that the database needs left out of both") {
    Packed packed(store.file);
    auto& manifest = packed.files[0].second;
    manifest.erase(manifest.find(",\n{\"path\":\"blobs"),
                   manifest.rfind("\n]}") - manifest.find(",\n{\"path\":\"blobs"));
    packed.files.pop_back();
    packed.write(changed);
    CHECK(store.extract(changed).error().detail.find(store.blob) != std::string::npos);
  }
  SECTION("a link in the place of a file") {
    const FileDescriptor opened(::open(changed.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    auto* tar = archive_write_new();
    archive_write_set_format_pax_restricted(tar);
    archive_write_open_fd(tar, opened.get());
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "manifest.json");
    archive_entry_set_filetype(entry, AE_IFLNK);
    archive_entry_set_symlink(entry, "/etc/passwd");
    archive_write_header(tar, entry);
    archive_entry_free(entry);
    archive_write_free(tar);
    CHECK_FALSE(store.extract(changed));
  }
}

TEST_CASE("a copy's folder goes with its maker, and until then every attachment stays", "[backup]") {
  const Fixture store;
  auto copy = CopyFolder::make(store.directory).value();
  const auto name = copy->path().filename().string();
  CHECK(copy_is_held(store.directory, name));
  CHECK_FALSE(copy_is_held(store.directory, "../" + name));
  CHECK(remove_abandoned_copies(store.directory));
  copy.reset();
  fs::create_directory(store.directory / "copy-abcdef");
  CHECK_FALSE(remove_abandoned_copies(store.directory));
  CHECK_FALSE(fs::exists(store.directory / "copy-abcdef"));

  auto opened = SqliteBackEnd::open(store.directory);
  auto keeper = opened.keep_blobs();
  CHECK(opened.blobs->written_lately(store.blob));
  CHECK_FALSE(opened.blobs->remove(store.blob).value());
  keeper.reset();
  CHECK(opened.blobs->remove(store.blob).value());
}

/// Like a crash: the parts as they are after so many renames.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST_CASE("a restore interrupted between any two renames is ended by the next start", "[backup]") {
  for (int crash = 0; crash < 5; ++crash) {
    INFO("after step " << crash);
    const TemporaryFolder folder;
    const auto& directory = folder.path();
    fs::create_directories(directory / "blobs");
    for (const auto* name : {"inboxd.db", "inboxd.db-wal", "search.db", "before-step-2.db", "blobs/old", "master.key"})
      write(directory / name, "old");
    const auto ready = directory / "restore-ready";
    const auto aside = directory / "before-restore-1";
    fs::create_directories(ready / "blobs");
    for (const auto* name : {"inboxd.db", "blobs/new"}) write(ready / name, "new");
    write(ready / "aside", "before-restore-1\n");
    fs::create_directory(aside);
    if (crash > 0) fs::rename(directory / "blobs", aside / "blobs");
    if (crash > 1) fs::rename(ready / "blobs", directory / "blobs");
    if (crash > 2) fs::rename(directory / "inboxd.db-wal", aside / "inboxd.db-wal");
    if (crash > 3) {
      for (const auto* name : {"before-step-2.db", "search.db", "inboxd.db"})
        fs::rename(directory / name, aside / name);
      fs::rename(ready / "inboxd.db", directory / "inboxd.db");
    }
    finish_restore(directory);
    CHECK(names_in(directory) == std::vector<std::string>{"before-restore-1", "blobs", "inboxd.db", "master.key"});
    CHECK(names_in(aside) ==
          std::vector<std::string>{"before-step-2.db", "blobs", "inboxd.db", "inboxd.db-wal", "search.db"});
    CHECK(bytes_of(directory / "inboxd.db") == "new");
    CHECK(bytes_of(aside / "inboxd.db") == "old");
    CHECK(fs::exists(directory / "blobs" / "new"));
    finish_restore(directory);
    CHECK(bytes_of(directory / "inboxd.db") == "new");
  }
}

TEST_CASE("before its first rename a restore has changed nothing", "[backup]") {
  const Fixture store;
  REQUIRE(store.backup());
  const auto before = bytes_of(store.directory / "inboxd.db");
  REQUIRE(store.extract(store.file));
  finish_restore(store.directory);
  CHECK(bytes_of(store.directory / "inboxd.db") == before);
  CHECK_FALSE(fs::exists(unfinished_restore(store.directory)));
}

}  // namespace
}  // namespace inboxd::storage
