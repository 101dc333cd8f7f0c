// A restored store takes the place of the one that is there. Every step is a rename that can be done again: as long as
// restore-ready holds a part, the part of that name in the directory is the old one.
#include <array>
#include <fstream>

#include <fcntl.h>
#include <unistd.h>

#include "storage/backup.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {
namespace {

namespace fs = std::filesystem;

constexpr const char* ready_name = "restore-ready";
constexpr const char* aside_name = "aside";  // a file in it: where the old store goes

void move_into(const fs::path& from, const fs::path& folder) {
  if (!fs::exists(fs::symlink_status(from))) return;
  fs::create_directories(folder);
  const auto to = folder / from.filename();
  if (fs::exists(to)) throw StorageFailure(FailureKind::unavailable, to.string() + " exists; move it away");
  fs::rename(from, to);
}

std::string read_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  if (line.empty() || line.find('/') != std::string::npos)
    throw StorageFailure(FailureKind::unavailable, file.string() + " does not name where the old store goes");
  return line;
}

/// Copies made before upgrades belong to the old store.
void move_old_copies(const fs::path& directory, const fs::path& aside) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("before-step-") && entry.is_regular_file()) move_into(entry.path(), aside);
  }
}

}  // namespace

fs::path unfinished_restore(const fs::path& directory) { return directory / "restore-unfinished"; }

void commit_restore(const fs::path& directory, const std::string& aside) {
  const auto unfinished = unfinished_restore(directory);
  {
    std::ofstream out(unfinished / aside_name);
    out << aside << '\n';
    out.close();
    if (!out) throw StorageFailure(FailureKind::unavailable, "cannot write in " + unfinished.string());
  }
  sqlite::sync_file(unfinished / aside_name);
  sqlite::sync_directory(unfinished);
  fs::rename(unfinished, directory / ready_name);
  sqlite::sync_directory(directory);
  finish_restore(directory);
}

void finish_restore(const fs::path& directory) {
  fs::remove_all(unfinished_restore(directory));
  const auto ready = directory / ready_name;
  if (!fs::exists(ready)) return;
  if (!fs::exists(ready / aside_name)) {
    // All parts are in their places.
    fs::remove_all(ready);
    return;
  }
  const auto aside = directory / read_line(ready / aside_name);
  if (fs::exists(ready / "blobs")) {
    move_into(directory / "blobs", aside);
    fs::rename(ready / "blobs", directory / "blobs");
  }
  if (fs::exists(ready / "inboxd.db")) {
    move_old_copies(directory, aside);
    // The write-ahead log before its database: without it the database lacks what was committed last.
    for (const auto* name :
         {"inboxd.db-shm", "inboxd.db-wal", "search.db-shm", "search.db-wal", "search.db", "inboxd.db"})
      move_into(directory / name, aside);
    if (fs::exists(aside)) sqlite::sync_directory(aside);
    sqlite::sync_directory(directory);
    fs::rename(ready / "inboxd.db", directory / "inboxd.db");
  }
  sqlite::sync_directory(directory);
  fs::remove(ready / aside_name);
  fs::remove_all(ready);
  sqlite::sync_directory(directory);
}

std::shared_ptr<void> lock_store(const fs::path& directory, OpenError& error) {
  if (!sqlite::prepare_directory(directory, error)) return nullptr;
  return sqlite::lock_directory(directory, error);
}

}  // namespace inboxd::storage
