// An original in memory and a place for its parts, for tests and fuzz targets of what reads originals.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/email/mail/digest.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd {

class MemoryOriginal final : public connectors::OriginalSource {
 public:
  /// Gives at most `piece_max` bytes at once, so that tests meet every border.
  explicit MemoryOriginal(std::string bytes, std::size_t piece_max = 1U << 20U)
      : bytes_(std::move(bytes)), piece_max_(piece_max) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read(std::span<char> into) override {
    if (fails_after_ != 0 && ++reads_ > fails_after_)
      return Error{ErrorCode::storage_unavailable, "the disk is gone", {}};
    const auto count = std::min({into.size(), piece_max_, bytes_.size() - at_});
    std::copy_n(bytes_.data() + at_, count, into.data());
    at_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    at_ = std::min<std::uint64_t>(offset, bytes_.size());
    return {};
  }
  /// Every read after so many is refused.
  void fail_after(int reads) { fails_after_ = reads; }

 private:
  std::string bytes_;
  std::size_t piece_max_;
  std::size_t at_ = 0;
  int fails_after_ = 0;
  int reads_ = 0;
};

class MemoryParts final : public connectors::PartSink {
 public:
  Result<void> begin() override {
    if (full_) return Error{ErrorCode::storage_unavailable, "the disk is full", {}};
    parts_.emplace_back();
    return {};
  }
  Result<void> write(std::span<const char> bytes) override {
    parts_.back().append(bytes.data(), bytes.size());
    return {};
  }
  Result<BlobRef> end() override {
    connectors::email::Sha256 digest;
    digest.update(parts_.back());
    return BlobRef{digest.hex(), parts_.back().size()};
  }
  void fill_disk() { full_ = true; }
  [[nodiscard]] const std::vector<std::string>& parts() const { return parts_; }

 private:
  std::vector<std::string> parts_;
  bool full_ = false;
};

}  // namespace inboxd
