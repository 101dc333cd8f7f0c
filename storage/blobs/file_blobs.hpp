// Blobs as files: blobs/ab/cdef…, named by the SHA-256 of what they hold. Opened by storage/sqlite/open.cpp.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>

#include "storage/blobs.hpp"

namespace inboxd::storage {

/// Says for how long no blob may be removed: while what keep_all() gives lives, every one counts as written lately.
class BlobKeeper {
 public:
  [[nodiscard]] std::shared_ptr<void> keep_all() {
    const std::lock_guard lock(mutex_);
    auto kept = kept_.lock();
    if (!kept) kept_ = kept = std::make_shared<int>(0);
    return kept;
  }
  [[nodiscard]] bool kept() const {
    const std::lock_guard lock(mutex_);
    return !kept_.expired();
  }

 private:
  mutable std::mutex mutex_;
  std::weak_ptr<int> kept_;
};

/// Creates the folder, and removes what writers of an earlier process left unfinished. Safe from several threads.
std::unique_ptr<Blobs> open_file_blobs(const std::filesystem::path& folder,
                                       std::shared_ptr<const BlobKeeper> keeper = nullptr);

}  // namespace inboxd::storage
