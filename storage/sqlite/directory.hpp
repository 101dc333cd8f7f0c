// The store's directory: made when missing, refused to anybody but its owner, held by one process at a time.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/open.hpp"

namespace inboxd::storage::sqlite {

/// Creates it with mode 0700; false when it belongs to somebody else or cannot be made.
bool prepare_directory(const std::filesystem::path& directory, OpenError& error);

/// `flock` on {directory}/lock, released with the last copy; null when another process holds it.
std::shared_ptr<void> lock_directory(const std::filesystem::path& directory, OpenError& error);

/// Makes what was created or renamed in it survive the loss of power; throws StorageFailure.
void sync_directory(const std::filesystem::path& directory);
void sync_file(const std::filesystem::path& file);

}  // namespace inboxd::storage::sqlite
