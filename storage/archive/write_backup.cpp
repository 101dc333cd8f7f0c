// From a copy of the database and the store's blobs to one verified tar file.
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/archive/manifest.hpp"
#include "storage/archive/tar.hpp"
#include "storage/backup.hpp"
#include "storage/file_descriptor.hpp"
#include "storage/sha256.hpp"
#include "storage/sqlite/directory.hpp"
#include "storage/sqlite/inspect.hpp"

namespace inboxd::storage {
namespace {

constexpr std::size_t buffer_bytes = 65'536;
constexpr const char* advice = " (put it back from an earlier backup, or leave it out with --leave-out-damaged)";

Error ended() { return {ErrorCode::draining, "ended before it was done", {}}; }

Error refuse_file(const std::filesystem::path& file, int error) {
  auto detail = fmt::format("cannot write {}: {}", file.string(), std::generic_category().message(error));
  if (error == EACCES || error == EPERM || error == EROFS) return {ErrorCode::forbidden, std::move(detail), {}};
  return {ErrorCode::storage_unavailable, std::move(detail), {}};
}

/// FILE.partial, gone again unless it got its name.
class PartialFile {
 public:
  explicit PartialFile(const std::filesystem::path& file)
      : file_(file),
        partial_(file.string() + ".partial"),
        descriptor_(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)),
        error_(descriptor_.get() < 0 ? errno : 0) {}
  ~PartialFile() {
    if (ours_) ::unlink(partial_.c_str());
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  /// What an earlier command left there is overwritten, unless it is still at work.
  Result<void> open() {
    if (error_ != 0) return refuse_file(partial_, error_);
    if (::flock(descriptor_.get(), LOCK_EX | LOCK_NB) != 0)
      return Error{ErrorCode::rate_limited, "another backup is being written to " + partial_.string(), {}};
    ours_ = true;
    if (::ftruncate(descriptor_.get(), 0) != 0) return refuse_file(partial_, errno);
    return {};
  }
  Result<void> give_name() {
    // Never over a file that came in between; where the file system cannot promise that, plainly.
    int code = ::renameat2(AT_FDCWD, partial_.c_str(), AT_FDCWD, file_.c_str(), RENAME_NOREPLACE);
    if (code != 0 && errno == EINVAL) code = ::rename(partial_.c_str(), file_.c_str());
    if (code != 0) return refuse_file(file_, errno);
    ours_ = false;
    sqlite::sync_directory(file_.parent_path());
    return {};
  }
  [[nodiscard]] int descriptor() const { return descriptor_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return partial_; }

 private:
  std::filesystem::path file_;
  std::filesystem::path partial_;
  FileDescriptor descriptor_;
  int error_;
  bool ours_ = false;
};

/// Reads a file from its beginning to its end; throws StorageFailure when it cannot.
std::uint64_t read_file(const std::filesystem::path& path, const std::function<void(std::span<const char>)>& take) {
  const FileDescriptor opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, buffer_bytes> buffer{};
  std::uint64_t size = 0;
  while (true) {
    const auto got = opened.get() < 0 ? -1 : ::read(opened.get(), buffer.data(), buffer.size());
    if (got < 0 && opened.get() >= 0 && errno == EINTR) continue;
    if (got < 0)
      throw StorageFailure(errno == ENOENT || errno == EIO ? FailureKind::corrupt : FailureKind::unavailable,
                           fmt::format("cannot read {}: {}", path.string(), std::generic_category().message(errno)));
    if (got == 0) return size;
    size += static_cast<std::uint64_t>(got);
    take({buffer.data(), static_cast<std::size_t>(got)});
  }
}

std::filesystem::path place_of(const BackupPlan& plan, const std::string& path) {
  return path == database_name ? plan.database : plan.blobs.parent_path() / path;
}

std::uint64_t size_of(const std::filesystem::path& path, const char* what_to_do = "") {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  if (missing) throw StorageFailure(FailureKind::corrupt, path.string() + " is missing" + what_to_do);
  return size;
}

std::string words_of_damage(const std::filesystem::path& path) {
  return path.string() + " is damaged: its bytes are not those of its SHA-256";
}

/// What is wrong with an attachment's file; nothing when it is whole. Throws where nobody can tell: no right to read
/// it, no descriptor left.
std::optional<std::string> fault_of(const std::filesystem::path& path, const std::string& sha256) {
  Sha256 hash;
  try {
    read_file(path, [&](std::span<const char> bytes) { hash.add(bytes); });
  } catch (const StorageFailure& failure) {
    if (failure.kind() != FailureKind::corrupt) throw;
    return failure.what();
  }
  if (hash.hex() != sha256) return words_of_damage(path);
  return std::nullopt;
}

/// Hashes of blobs, a line each.
class BlobList {
 public:
  explicit BlobList(std::filesystem::path file) : file_(std::move(file)), out_(file_, std::ios::trunc) {}
  void add(const std::string& hash) {
    out_ << hash << '\n';
    ++count_;
  }
  void finish() {
    out_.close();
    if (!out_) throw StorageFailure(FailureKind::unavailable, "cannot write " + file_.string() + "; is the disk full?");
  }
  /// All of them, after finish(), until one is answered by false.
  bool each(const std::function<bool(const std::string&)>& take) const {
    std::ifstream in(file_);
    std::uint64_t read = 0;
    for (std::string name; std::getline(in, name); ++read)
      if (!take(name)) return false;
    if (read != count_) throw StorageFailure(FailureKind::unavailable, "cannot read " + file_.string());
    return true;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::filesystem::path file_;
  std::ofstream out_;
  std::uint64_t count_ = 0;
};

/// From `all` to `whole`, but for those that are not; false when the watch ended it.
bool leave_out_damaged(const BackupPlan& plan, const BlobList& all, BlobList& whole, const BackupWatch& watch) {
  std::uint64_t done = 0;
  const bool looked = all.each([&](const std::string& name) {
    if (const auto fault = fault_of(place_of(plan, blob_path(name)), name))
      plan.leave_out(*fault);
    else
      whole.add(name);
    return watch({"checking", ++done, all.count()});
  });
  if (looked && all.count() > 1 && whole.count() == 0)
    throw StorageFailure(FailureKind::unavailable,
                         "not one of the attachments in " + plan.blobs.string() + " is whole; is its disk mounted?");
  return looked;
}

/// Checks the copy and lists its files; a blob's hash is its name, and is compared when it is written.
Result<BackupFacts> write_manifest(const BackupPlan& plan, const std::filesystem::path& manifest,
                                   const BackupWatch& watch) {
  BlobList all(manifest.string() + ".blobs");
  const auto copy = sqlite::inspect_copy(plan.database, [&](const std::string& hash) { all.add(hash); });
  all.finish();
  BackupFacts facts{copy.schema_step, copy.epoch, copy.head, plan.now};
  BlobList whole(manifest.string() + ".whole");
  if (plan.leave_out && !leave_out_damaged(plan, all, whole, watch)) return ended();
  whole.finish();
  const auto& kept = plan.leave_out ? whole : all;
  facts.left_out = all.count() - kept.count();
  ManifestWriter writer(manifest, facts);
  Sha256 hash;
  const auto size = read_file(plan.database, [&](std::span<const char> bytes) { hash.add(bytes); });
  writer.add({database_name, size, hash.hex()});
  facts.files = 1;
  facts.bytes = size;
  kept.each([&](const std::string& name) {
    const auto bytes = size_of(place_of(plan, blob_path(name)), advice);
    writer.add({blob_path(name), bytes, name});
    ++facts.files;
    facts.bytes += bytes;
    return true;
  });
  writer.finish();
  return facts;
}

struct Progress {
  const BackupWatch& watch;
  const char* what;
  std::uint64_t total;
  std::uint64_t done = 0;

  bool add(std::uint64_t bytes) { return watch({what, done += bytes, total}); }
};

Result<void> write_file(TarWriter& tar, const BackupPlan& plan, const ManifestFile& file, Progress& progress) {
  tar.begin_file(file.path, file.size, plan.now);
  Sha256 hash;
  bool wanted = true;
  const auto size = read_file(place_of(plan, file.path), [&](std::span<const char> bytes) {
    hash.add(bytes);
    tar.write(bytes);
    wanted = wanted && progress.add(bytes.size());
  });
  if (size != file.size || hash.hex() != file.sha256)
    throw StorageFailure(FailureKind::corrupt,
                         words_of_damage(place_of(plan, file.path)) + (file.path == database_name ? "" : advice));
  if (!wanted) return ended();
  return {};
}

Result<void> write_tar(const BackupPlan& plan, const std::filesystem::path& manifest, const PartialFile& partial,
                       Progress progress) {
  TarWriter tar(partial.descriptor(), partial.path().string());
  tar.begin_file(manifest_name, size_of(manifest), plan.now);
  read_file(manifest, [&](std::span<const char> bytes) { tar.write(bytes); });
  ManifestReader files(manifest);
  if (auto head = files.read_head(); !head) return head.error();
  while (true) {
    const auto file = files.next();
    if (!file) return file.error();
    if (!*file) break;
    if (auto written = write_file(tar, plan, **file, progress); !written) return written;
  }
  tar.finish();
  if (::fsync(partial.descriptor()) != 0) return refuse_file(partial.path(), errno);
  return {};
}

}  // namespace

Result<BackupFacts> write_backup(const BackupPlan& plan, const BackupWatch& watch) {
  if (std::filesystem::exists(std::filesystem::symlink_status(plan.file)))
    return Error{ErrorCode::conflict, plan.file.string() + " exists; name a new file, or remove it", {}};
  PartialFile partial(plan.file);
  if (auto opened = partial.open(); !opened) return opened.error();
  const auto manifest = plan.database.parent_path() / manifest_name;
  const auto facts = write_manifest(plan, manifest, watch);
  if (!facts) return facts.error();
  if (auto written = write_tar(plan, manifest, partial, {watch, "writing", facts->bytes}); !written)
    return written.error();
  auto read = read_backup(partial.path(), plan.database.parent_path(), BackupUse::verify, watch);
  if (!read) return read.error();
  if (auto named = partial.give_name(); !named) return named.error();
  return read;
}

}  // namespace inboxd::storage
