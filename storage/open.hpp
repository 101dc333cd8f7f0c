// Opens the store of a directory: the only door between the storage port and an engine.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "schemas/types/result.hpp"
#include "storage/blobs.hpp"
#include "storage/search.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {

struct OpenOptions {
  std::filesystem::path directory;
  /// A new epoch's name is drawn from here when the store is created.
  std::function<std::uint64_t()> random;
  Timestamp now;
};

enum class OpenRefusal { locked, not_owner, newer_schema, corrupt, unavailable };

struct OpenError {
  OpenRefusal refusal = OpenRefusal::unavailable;
  std::string detail;  // what is wrong and how to mend it
};

/// Everything that lives in one directory; holds its lock until destroyed.
struct OpenedStore {
  std::unique_ptr<Store> store;
  std::unique_ptr<Blobs> blobs;
  std::unique_ptr<SearchWriter> search_writer;
  std::function<std::unique_ptr<SearchReader>()> open_search_reader;
  std::shared_ptr<void> lock;
};

/// Creates the directory (0700) when it is missing, takes `{directory}/lock`, migrates (after a copy of the database),
/// checks. Fills `error` and returns nothing when it refuses.
std::optional<OpenedStore> open_store(const OpenOptions& options, OpenError& error);

}  // namespace inboxd::storage
