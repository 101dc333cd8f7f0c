// Reads a backup against its manifest, in one pass: names, sizes and hashes, and nothing that the manifest lacks. What
// it extracts goes below a folder of its own, under names that are made here.
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/archive/manifest.hpp"
#include "storage/archive/tar.hpp"
#include "storage/backup.hpp"
#include "storage/file_descriptor.hpp"
#include "storage/sha256.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/inspect.hpp"
#include "storage/sqlite/sql_steps.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {
namespace {

constexpr std::uint64_t manifest_bytes_max = 4ULL << 30U;  // some twenty million attachments
constexpr std::uint64_t bytes_kept_free = 64ULL << 20U;

Error unavailable(const char* doing, const std::filesystem::path& path) {
  return {ErrorCode::storage_unavailable,
          fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(errno)),
          {}};
}

/// One file on its way to the disk.
class Extracted {
 public:
  explicit Extracted(std::filesystem::path path)
      : path_(std::move(path)),
        descriptor_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  Result<void> write(std::span<const char> bytes) {
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return unavailable("write", path_);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }
  Result<void> finish() {
    if (::fsync(descriptor_.get()) != 0) return unavailable("write", path_);
    return {};
  }

 private:
  std::filesystem::path path_;
  FileDescriptor descriptor_;
};

Result<void> make_folder(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return unavailable("create", folder);
  return {};
}

struct Pass {
  TarReader& tar;
  const std::filesystem::path& folder;
  BackupUse use;
  const BackupWatch& watch;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

Result<void> take_manifest(Pass& pass) {
  const auto first = pass.tar.next();
  if (!first) return first.error();
  if (!*first || (*first)->path != manifest_name || (*first)->size > manifest_bytes_max)
    return bad_request("this is no backup of inboxd: it does not begin with manifest.json");
  Extracted manifest(pass.folder / manifest_name);
  if (auto read = pass.tar.read((*first)->size, [&](auto bytes) { return manifest.write(bytes); }); !read) return read;
  return manifest.finish();
}

/// All of the manifest, before anything is extracted.
Result<BackupFacts> survey(const std::filesystem::path& folder) {
  ManifestReader manifest(folder / manifest_name);
  auto facts = manifest.read_head();
  if (!facts) return facts;
  while (true) {
    const auto file = manifest.next();
    if (!file) return file.error();
    if (!*file) break;
    ++facts->files;
    facts->bytes += (*file)->size;
  }
  if (facts->files == 0) return bad_request("this is no whole backup: its manifest names no database");
  return facts;
}

Result<void> check_space(const Pass& pass) {
  struct statvfs disk {};
  if (::statvfs(pass.folder.c_str(), &disk) != 0) return unavailable("ask for free space of", pass.folder);
  const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= pass.total + bytes_kept_free) return {};
  return Error{ErrorCode::storage_unavailable,
               fmt::format("{} has {} bytes free and the backup needs {}; make room first", pass.folder.string(), free,
                           pass.total + bytes_kept_free),
               {}};
}

Result<void> take_file(Pass& pass, const ManifestFile& file) {
  const auto found = pass.tar.next();
  if (!found) return found.error();
  if (!*found || (*found)->path != file.path || (*found)->size != file.size)
    return bad_request("this is no whole backup: " + file.path + " is not where the manifest says, or of another size");
  std::optional<Extracted> into;
  if (pass.use == BackupUse::extract) {
    const auto place = pass.folder / file.path;
    if (auto made = make_folder(place.parent_path()); !made) return made;
    into.emplace(place);
  }
  Sha256 hash;
  auto read = pass.tar.read(file.size, [&](std::span<const char> bytes) -> Result<void> {
    hash.add(bytes);
    pass.done += bytes.size();
    if (!pass.watch({pass.use == BackupUse::extract ? "restoring" : "verifying", pass.done, pass.total}))
      return Error{ErrorCode::draining, "ended before it was done", {}};
    return into ? into->write(bytes) : Result<void>();
  });
  if (!read) return read;
  if (hash.hex() != file.sha256)
    return bad_request("this is no whole backup: " + file.path + " has other bytes than its SHA-256 says");
  return into ? into->finish() : Result<void>();
}

Result<void> take_files(Pass& pass) {
  ManifestReader manifest(pass.folder / manifest_name);
  if (auto head = manifest.read_head(); !head) return head.error();
  if (pass.use == BackupUse::extract)
    if (auto made = make_folder(pass.folder / "blobs"); !made) return made;
  while (true) {
    const auto file = manifest.next();
    if (!file) return file.error();
    if (!*file) break;
    if (auto taken = take_file(pass, **file); !taken) return taken;
  }
  const auto more = pass.tar.next();
  if (!more) return more.error();
  if (*more) return bad_request("this is no backup: it holds " + (*more)->path + ", which its manifest does not name");
  return {};
}

void sync_folders(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder / "blobs")) sqlite::sync_directory(entry.path());
  sqlite::sync_directory(folder / "blobs");
  sqlite::sync_directory(folder);
}

/// Hashes say that the files are those of the manifest; that they make a store is for the engine to say.
Result<void> check_extracted(const std::filesystem::path& folder, std::uint64_t left_out) {
  std::string missing;
  std::uint64_t lacking = 0;
  try {
    sqlite::inspect_copy(folder / database_name, [&](const std::string& hash) {
      if (std::filesystem::exists(folder / blob_path(hash))) return;
      missing = hash;
      ++lacking;
    });
  } catch (const StorageFailure& failure) {
    return bad_request(std::string("this backup holds a damaged database: ") + failure.what());
  }
  if (lacking > left_out) return bad_request("this is no whole backup: the attachment " + missing + " is not in it");
  return {};
}

}  // namespace

int newest_schema_step() { return sql_steps().back().number; }

Result<BackupFacts> read_backup(const std::filesystem::path& file, const std::filesystem::path& folder, BackupUse use,
                                const BackupWatch& watch) {
  const FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (opened.get() < 0) {
    auto code = ErrorCode::storage_unavailable;
    if (errno == ENOENT) code = ErrorCode::not_found;
    if (errno == EACCES) code = ErrorCode::forbidden;
    return Error{code, fmt::format("cannot read {}: {}", file.string(), std::generic_category().message(errno)), {}};
  }
  TarReader tar(opened.get());
  Pass pass{tar, folder, use, watch};
  if (auto taken = take_manifest(pass); !taken) return taken.error();
  auto facts = survey(folder);
  if (!facts) return facts;
  pass.total = facts->bytes;
  if (use == BackupUse::extract)
    if (auto enough = check_space(pass); !enough) return enough.error();
  if (auto taken = take_files(pass); !taken) return taken.error();
  if (use == BackupUse::extract) {
    sync_folders(folder);
    // The schema of a newer program is for that program to judge.
    if (facts->schema_step <= newest_schema_step())
      if (auto fits = check_extracted(folder, facts->left_out); !fits) return fits.error();
  }
  return facts;
}

}  // namespace inboxd::storage
