// Attachments' bytes by content hash, in files. A blob is durable (file and folder synced) before its hash is given
// out, so a committed row never names bytes that are not there.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::storage {

/// Bytes on their way in; dropped without finish(), they leave nothing behind.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual Result<void> write(std::span<const char> bytes) = 0;
  virtual Result<BlobRef> finish() = 0;
};

class BlobReader {
 public:
  virtual ~BlobReader() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills the front of `into`; 0 at the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
  virtual Result<void> seek(std::uint64_t offset) = 0;
};

class Blobs {
 public:
  virtual ~Blobs() = default;
  virtual Result<std::unique_ptr<BlobWriter>> create() = 0;
  [[nodiscard]] virtual std::unique_ptr<BlobReader> open(std::string_view hash) const = 0;  // null: not there
  /// False, and the file stays: the same bytes were written again lately, and the row that names them may be on its
  /// way.
  virtual Result<bool> remove(std::string_view hash) = 0;
  [[nodiscard]] virtual bool written_lately(std::string_view hash) const = 0;
  /// Writes before the last call count as lately no more. Called at equal distances, each longer than it can take from
  /// finish() to the commit of a row.
  virtual void age_writes() = 0;
};

}  // namespace inboxd::storage
