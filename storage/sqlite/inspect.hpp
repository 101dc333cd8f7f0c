// Looks into a copy of a database: is it whole, what is it, which blobs does it need. Called by storage/archive.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace inboxd::storage::sqlite {

struct CopyFacts {
  int schema_step = 0;
  std::string epoch;
  std::int64_t head = 0;
};

/// Checks everything, then names the blobs that it refers to in ascending order. Throws StorageFailure(corrupt).
CopyFacts inspect_copy(const std::filesystem::path& database, const std::function<void(const std::string&)>& on_blob);

}  // namespace inboxd::storage::sqlite
