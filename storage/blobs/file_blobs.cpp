// Writing, reading and removing blobs' files. A blob is written under a passing name, synced, renamed, and its folder
// synced, before its hash is given out.
#include "storage/blobs/file_blobs.hpp"

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <set>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/file_descriptor.hpp"
#include "storage/sha256.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {
namespace {

constexpr std::size_t hash_digits = 64;

Error unavailable(std::string_view doing, const std::filesystem::path& path) {
  return {ErrorCode::storage_unavailable,
          fmt::format("{} {}: {}", doing, path.string(), std::generic_category().message(errno)),
          {}};
}

void sync_or_end(int descriptor, const std::filesystem::path& path) {
  if (::fsync(descriptor) != 0)
    throw StorageFailure(FailureKind::sync_failed,
                         fmt::format("fsync {}: {}", path.string(), std::generic_category().message(errno)));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0) return unavailable("open", folder);
  sync_or_end(opened.get(), folder);
  return {};
}

bool is_hash(std::string_view hash) {
  return hash.size() == hash_digits &&
         std::all_of(hash.begin(), hash.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::filesystem::path place_of(const std::filesystem::path& folder, std::string_view hash) {
  return folder / hash.substr(0, 2) / hash.substr(2);
}

/// Which blobs were written lately, and the lock under which files get their names and lose them.
class LatelyWritten {
 public:
  /// Beyond it, everything counts as written lately until the next aging but one.
  static constexpr std::size_t hashes_max = 100'000;

  explicit LatelyWritten(std::shared_ptr<const BlobKeeper> keeper) : keeper_(std::move(keeper)) {}

  [[nodiscard]] std::unique_lock<std::mutex> lock() const { return std::unique_lock(mutex_); }
  // The rest under the lock.
  void add(const std::string& hash) {
    if (now_.hashes.size() < hashes_max)
      now_.hashes.insert(hash);
    else
      now_.all = true;
  }
  [[nodiscard]] bool contains(std::string_view hash) const {
    return (keeper_ && keeper_->kept()) || now_.all || before_.all || now_.hashes.contains(hash) ||
           before_.hashes.contains(hash);
  }
  void age() { before_ = std::exchange(now_, {}); }

 private:
  struct Period {
    std::set<std::string, std::less<>> hashes;
    bool all = false;
  };
  mutable std::mutex mutex_;
  Period now_;
  Period before_;
  std::shared_ptr<const BlobKeeper> keeper_;
};

class FileBlobWriter final : public BlobWriter {
 public:
  FileBlobWriter(std::filesystem::path folder, std::filesystem::path unfinished, int descriptor,
                 std::shared_ptr<LatelyWritten> lately)
      : folder_(std::move(folder)),
        unfinished_(std::move(unfinished)),
        descriptor_(descriptor),
        lately_(std::move(lately)) {}
  ~FileBlobWriter() override {
    if (!unfinished_.empty()) ::unlink(unfinished_.c_str());
  }

  Result<void> write(std::span<const char> bytes) override {
    sha256_.add(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
      const auto written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return unavailable("write", unfinished_);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  }

  Result<BlobRef> finish() override {
    if (unfinished_.empty()) throw std::logic_error("a blob is finished once");
    sync_or_end(descriptor_.get(), unfinished_);
    BlobRef blob{sha256_.hex(), size_};
    const auto place = place_of(folder_, blob.hash);
    if (::mkdir(place.parent_path().c_str(), 0700) == 0) {
      if (auto synced = sync_folder(folder_); !synced) return synced.error();
    } else if (errno != EEXIST) {
      return unavailable("mkdir", place.parent_path());
    }
    // The same bytes may be there already: taking their place makes sure that they are durable.
    {
      const auto lock = lately_->lock();
      lately_->add(blob.hash);
      if (::rename(unfinished_.c_str(), place.c_str()) != 0) return unavailable("rename to", place);
    }
    unfinished_.clear();
    if (auto synced = sync_folder(place.parent_path()); !synced) return synced.error();
    return blob;
  }

 private:
  std::filesystem::path folder_;
  std::filesystem::path unfinished_;  // empty once the blob has its name
  FileDescriptor descriptor_;
  std::shared_ptr<LatelyWritten> lately_;
  Sha256 sha256_;
  std::uint64_t size_ = 0;
};

class FileBlobReader final : public BlobReader {
 public:
  FileBlobReader(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(std::span<char> into) override {
    while (true) {
      const auto got = ::pread(descriptor_.get(), into.data(), into.size(), static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return unavailable("read", "a blob");
      offset_ += static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }

  Result<void> seek(std::uint64_t offset) override {
    if (offset > size_) return bad_request(fmt::format("offset {} of a blob of {} bytes", offset, size_));
    offset_ = offset;
    return {};
  }

 private:
  FileDescriptor descriptor_;
  std::uint64_t size_;
  std::uint64_t offset_ = 0;
};

class FileBlobs final : public Blobs {
 public:
  FileBlobs(std::filesystem::path folder, std::shared_ptr<const BlobKeeper> keeper)
      : folder_(std::move(folder)), lately_(std::make_shared<LatelyWritten>(std::move(keeper))) {}

  Result<std::unique_ptr<BlobWriter>> create() override {
    std::string pattern = (folder_ / "unfinished" / "XXXXXX").string();
    const int descriptor = ::mkostemp(pattern.data(), O_CLOEXEC);
    if (descriptor < 0) return unavailable("create", pattern);
    return std::unique_ptr<BlobWriter>(std::make_unique<FileBlobWriter>(folder_, pattern, descriptor, lately_));
  }

  [[nodiscard]] std::unique_ptr<BlobReader> open(std::string_view hash) const override {
    if (!is_hash(hash)) return nullptr;
    const int descriptor = ::open(place_of(folder_, hash).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return nullptr;
    struct stat status {};
    if (::fstat(descriptor, &status) != 0) {
      ::close(descriptor);
      return nullptr;
    }
    return std::make_unique<FileBlobReader>(descriptor, static_cast<std::uint64_t>(status.st_size));
  }

  Result<bool> remove(std::string_view hash) override {
    if (!is_hash(hash)) return bad_request("a blob is named by 64 lowercase hexadecimal digits");
    const auto place = place_of(folder_, hash);
    const auto lock = lately_->lock();
    if (lately_->contains(hash)) return false;
    if (::unlink(place.c_str()) != 0 && errno != ENOENT) return unavailable("remove", place);
    return true;
  }
  [[nodiscard]] bool written_lately(std::string_view hash) const override {
    const auto lock = lately_->lock();
    return lately_->contains(hash);
  }
  void age_writes() override {
    const auto lock = lately_->lock();
    lately_->age();
  }

 private:
  std::filesystem::path folder_;
  std::shared_ptr<LatelyWritten> lately_;
};

}  // namespace

std::unique_ptr<Blobs> open_file_blobs(const std::filesystem::path& folder, std::shared_ptr<const BlobKeeper> keeper) {
  std::filesystem::remove_all(folder / "unfinished");
  std::filesystem::create_directories(folder / "unfinished");
  return std::make_unique<FileBlobs>(folder, std::move(keeper));
}

}  // namespace inboxd::storage
