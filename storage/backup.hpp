// Copies of a store that are kept elsewhere, and the way back. A copy begins as a folder beside the store that the
// command holds; it becomes one tar file, verified; a restore puts such a file in the store's place. Called by
// daemon/app for `backup` and `restore`; never by a running daemon but for copying itself.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "schemas/types/result.hpp"
#include "schemas/types/time.hpp"
#include "storage/open.hpp"

namespace inboxd::storage {

/// What a backup says of itself.
struct BackupFacts {
  int schema_step = 0;
  std::string epoch;
  std::int64_t head = 0;
  Timestamp created_at;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::uint64_t left_out = 0;  // damaged attachments, of what the database names
};

/// `what` is done to `done` of `total`, bytes or files; false ends it.
struct BackupProgress {
  const char* what = "";
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};
using BackupWatch = std::function<bool(const BackupProgress&)>;

/// A folder in the store's directory for one copy, taken away with what is in it. Whoever made it holds it until then
/// (flock), so that a daemon sees when the command is gone.
class CopyFolder {
 public:
  static Result<std::unique_ptr<CopyFolder>> make(const std::filesystem::path& directory);
  ~CopyFolder();
  CopyFolder(const CopyFolder&) = delete;
  CopyFolder& operator=(const CopyFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::filesystem::path database() const { return path_ / "inboxd.db"; }

 private:
  CopyFolder(std::filesystem::path path, int held) : path_(std::move(path)), held_(held) {}
  std::filesystem::path path_;
  int held_;
};
/// Whether somebody still holds a copy's folder. `name` must be one that CopyFolder gives.
bool copy_is_held(const std::filesystem::path& directory, const std::string& name);
/// Removes the folders of copies whose makers are gone; true: some are held still.
bool remove_abandoned_copies(const std::filesystem::path& directory);

struct BackupPlan {
  std::filesystem::path database;  // a copy, of one moment
  std::filesystem::path blobs;     // the store's own folder
  std::filesystem::path file;      // must not exist
  Timestamp now;
  /// Is told of each attachment whose file is missing or damaged, and the backup is made without it. Not set: one such
  /// file, and no backup is made.
  std::function<void(const std::string& why)> leave_out = {};
};
/// Codes of these: conflict (FILE exists), not_found, forbidden, rate_limited (another one is at work), draining (the
/// watch ended it), storage_unavailable, bad_request (no whole backup).
///
/// Checks the copy, writes FILE.partial, reads it back, and only then gives it its name. Nothing is left on a failure.
/// Throws StorageFailure where the copy or an attachment that must be in it is damaged, or the disk fails.
Result<BackupFacts> write_backup(const BackupPlan& plan, const BackupWatch& watch);

/// Of the schema that this program knows: a backup with a later one is for a newer program.
int newest_schema_step();

enum class BackupUse { verify, extract };
/// Reads a backup whole: every file of its manifest is there with its size and hash, and nothing else; to extract, also
/// that the database names no attachment besides but those that were left out. `folder` exists and takes manifest.json;
/// to extract, it is new and takes all files, durable.
Result<BackupFacts> read_backup(const std::filesystem::path& file, const std::filesystem::path& folder, BackupUse use,
                                const BackupWatch& watch);

/// A restore ends with these: a store made ready in `{directory}/restore-unfinished` takes the place of the one that is
/// there, which is moved to `aside`. Safe against a crash at any instant: before the first rename the old store is
/// untouched; after it finish_restore(), called by open_store, goes on to the end.
std::filesystem::path unfinished_restore(const std::filesystem::path& directory);
void commit_restore(const std::filesystem::path& directory, const std::string& aside);
void finish_restore(const std::filesystem::path& directory);

/// The directory made when missing and its lock taken, as open_store does, without opening anything.
std::shared_ptr<void> lock_store(const std::filesystem::path& directory, OpenError& error);

}  // namespace inboxd::storage
