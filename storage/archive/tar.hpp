// A tar file being written or read, over libarchive: POSIX ustar, with pax headers only where a size needs them. Used
// by this folder only; names and limits are its callers'.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include <archive.h>
#include <archive_entry.h>

#include "schemas/types/result.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::storage {

/// Throws StorageFailure(unavailable) for what the disk refuses.
class TarWriter {
 public:
  /// `descriptor` stays the caller's.
  TarWriter(int descriptor, std::string name);
  void begin_file(const std::string& path, std::uint64_t size, Timestamp at);
  void write(std::span<const char> bytes);
  void finish();

 private:
  struct Free {
    void operator()(archive* tar) const { archive_write_free(tar); }
  };
  void check(int code);

  std::string name_;
  std::unique_ptr<archive, Free> tar_;
};

struct TarFile {
  std::string path;
  std::uint64_t size = 0;
};

class TarReader {
 public:
  explicit TarReader(int descriptor);
  /// The next file; nothing at the end. Refuses all but plain files.
  Result<std::optional<TarFile>> next();
  /// The bytes of the file, at most `size` of them; refused when there are fewer or more.
  Result<void> read(std::uint64_t size, const std::function<Result<void>(std::span<const char>)>& take);

 private:
  struct Free {
    void operator()(archive* tar) const { archive_read_free(tar); }
  };
  [[nodiscard]] Error broken() const;

  std::unique_ptr<archive, Free> tar_;
};

}  // namespace inboxd::storage
