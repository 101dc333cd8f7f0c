// Blobs in memory, named by their SHA-256, for tests of what streams them. Safe from any thread.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <sodium.h>

#include "storage/blobs.hpp"

namespace inboxd {

class MemoryBlobs final : public storage::Blobs {
 public:
  BlobRef put(std::string bytes) {
    BlobRef blob{hash_of(bytes), bytes.size()};
    const std::lock_guard lock(mutex_);
    blobs_[blob.hash] = std::make_shared<std::string>(std::move(bytes));
    return blob;
  }
  /// Empty when it is not there.
  [[nodiscard]] std::string get(const std::string& hash) const {
    const auto bytes = find(hash);
    return bytes ? *bytes : std::string();
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return blobs_.size();
  }
  /// From now on writing is refused, as by a full disk.
  void fill_disk() {
    const std::lock_guard lock(mutex_);
    full_ = true;
  }

  Result<std::unique_ptr<storage::BlobWriter>> create() override {
    return std::unique_ptr<storage::BlobWriter>(std::make_unique<Writer>(*this));
  }
  [[nodiscard]] std::unique_ptr<storage::BlobReader> open(std::string_view hash) const override {
    auto bytes = find(std::string(hash));
    if (!bytes) return nullptr;
    return std::make_unique<Reader>(std::move(bytes));
  }
  Result<bool> remove(std::string_view hash) override {
    const std::lock_guard lock(mutex_);
    blobs_.erase(std::string(hash));
    return true;
  }
  [[nodiscard]] bool written_lately(std::string_view /*hash*/) const override { return false; }
  void age_writes() override {}

 private:
  class Writer final : public storage::BlobWriter {
   public:
    explicit Writer(MemoryBlobs& owner) : owner_(owner) {}
    Result<void> write(std::span<const char> bytes) override {
      if (owner_.full()) return Error{ErrorCode::storage_unavailable, "the disk is full", {}};
      bytes_.append(bytes.data(), bytes.size());
      return {};
    }
    Result<BlobRef> finish() override { return owner_.put(std::move(bytes_)); }

   private:
    MemoryBlobs& owner_;
    std::string bytes_;
  };

  class Reader final : public storage::BlobReader {
   public:
    explicit Reader(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_->size(); }
    Result<std::size_t> read(std::span<char> into) override {
      const std::size_t count = std::min(into.size(), bytes_->size() - at_);
      std::copy_n(bytes_->data() + at_, count, into.data());
      at_ += count;
      return count;
    }
    Result<void> seek(std::uint64_t offset) override {
      if (offset > bytes_->size()) return bad_request("beyond the blob's end");
      at_ = static_cast<std::size_t>(offset);
      return {};
    }

   private:
    std::shared_ptr<const std::string> bytes_;
    std::size_t at_ = 0;
  };

  static std::string hash_of(const std::string& bytes) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    std::array<char, crypto_hash_sha256_BYTES * 2 + 1> hex{};
    return sodium_bin2hex(hex.data(), hex.size(), digest.data(), digest.size());
  }
  [[nodiscard]] std::shared_ptr<const std::string> find(const std::string& hash) const {
    const std::lock_guard lock(mutex_);
    const auto found = blobs_.find(hash);
    return found == blobs_.end() ? nullptr : found->second;
  }
  [[nodiscard]] bool full() const {
    const std::lock_guard lock(mutex_);
    return full_;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const std::string>, std::less<>> blobs_;
  bool full_ = false;
};

}  // namespace inboxd
