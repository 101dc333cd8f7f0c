// manifest.json, the first file of a backup: what it is of, and every other file with size and SHA-256, each on a line
// of its own, so that a million of them are written and read in constant memory. Used by this folder only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "schemas/types/result.hpp"
#include "storage/backup.hpp"

namespace inboxd::storage {

inline constexpr const char* manifest_name = "manifest.json";
inline constexpr const char* database_name = "inboxd.db";

struct ManifestFile {
  std::string path;
  std::uint64_t size = 0;
  std::string sha256;
};

/// "blobs/ab/cdef…" of a blob's hash.
std::string blob_path(const std::string& hash);

class ManifestWriter {
 public:
  ManifestWriter(const std::filesystem::path& file, const BackupFacts& facts);
  void add(const ManifestFile& file);
  /// Throws StorageFailure when not everything could be written.
  void finish();

 private:
  std::filesystem::path path_;
  std::ofstream out_;
  bool first_ = true;
};

class ManifestReader {
 public:
  explicit ManifestReader(const std::filesystem::path& file) : in_(file, std::ios::binary) {}
  /// First of all. Refuses what is not a backup of this program, or of a later format.
  Result<BackupFacts> read_head();
  /// The database first, then blobs in ascending order; nothing: that was all. Refuses any other name.
  Result<std::optional<ManifestFile>> next();

 private:
  Result<std::string> line();

  std::ifstream in_;
  std::string last_path_;
};

}  // namespace inboxd::storage
