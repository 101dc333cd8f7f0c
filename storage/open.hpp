// Opens the store of a directory: the only door between the storage port and an engine.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/types/result.hpp"
#include "storage/blobs.hpp"
#include "storage/search.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {

/// Secrets of the store are sealed by a master key that is text of at least so many characters.
inline constexpr std::size_t master_key_chars_min = 32;

/// Empty: none given; then the store makes one of its own, `{directory}/master.key`.
struct KeySettings {
  std::string master_key;
  std::string previous_master_key;  // what it sealed is sealed again by the first
};

enum class KeySource { none, config, file };

struct KeyReport {
  KeySource source = KeySource::none;
  std::string id;
  std::string text;        // for the log to cut out
  bool made = false;       // just now
  bool file_left = false;  // master.key is there although the config gives the key
  int sealed_again = 0;
};

struct OpenOptions {
  std::filesystem::path directory;
  /// A new epoch's name is drawn from here when the store is created.
  std::function<std::uint64_t()> random;
  Timestamp now;
  /// Nothing: a command that needs no secret; what is sealed cannot be read then.
  std::optional<KeySettings> keys = {};
};

enum class OpenRefusal { locked, not_owner, newer_schema, corrupt, unavailable, wrong_key };

struct OpenError {
  OpenRefusal refusal = OpenRefusal::unavailable;
  std::string detail;  // what is wrong and how to mend it
};

/// How far a copy is.
struct CopyProgress {
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
};
/// Told as a copy goes on; false ends it.
using CopyWatch = std::function<bool(const CopyProgress&)>;

/// Everything that lives in one directory; holds its lock until destroyed.
struct OpenedStore {
  std::unique_ptr<Store> store;
  std::unique_ptr<Blobs> blobs;
  std::unique_ptr<SearchWriter> search_writer;
  std::function<std::unique_ptr<SearchReader>()> open_search_reader;
  /// The rows as of one moment, in a new file, durable when it returns; from any thread, while the writer goes on.
  /// False: the watch ended it. Throws StorageFailure; what is unfinished stays for the caller to remove.
  std::function<bool(const std::filesystem::path& file, const CopyWatch& watch)> copy_into;
  /// While what it gives lives, no attachment's file is removed.
  std::function<std::shared_ptr<void>()> keep_blobs;
  /// A secret of its own for a purpose, of the master key; empty when the store was opened without one.
  std::function<std::string(std::string_view purpose)> derive_secret;
  std::shared_ptr<void> lock;
  KeyReport keys;
};

/// Creates the directory (0700) when it is missing, takes `{directory}/lock`, migrates (after a copy of the database),
/// checks. Fills `error` and returns nothing when it refuses.
std::optional<OpenedStore> open_store(const OpenOptions& options, OpenError& error);

}  // namespace inboxd::storage
