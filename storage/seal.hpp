// Secrets at rest: XChaCha20-Poly1305 (libsodium) under a master key that is not kept with the data. Made by open.cpp;
// the tables that hold secrets seal what they write and open what they read. Safe from several threads.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::storage {

/// Wiped when it goes. Made of any text with enough entropy: what is used is its BLAKE2b.
class MasterKey {
 public:
  static constexpr std::size_t bytes = 32;
  static std::unique_ptr<const MasterKey> from_text(std::string_view text);
  ~MasterKey();
  MasterKey(const MasterKey&) = delete;
  MasterKey& operator=(const MasterKey&) = delete;

  /// Sixteen hexadecimal digits that name the key and tell nothing about it; stored with what it seals.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const unsigned char* value() const { return value_.data(); }

 private:
  MasterKey() = default;
  std::array<unsigned char, bytes> value_{};
  std::string id_;
};

class Seal {
 public:
  explicit Seal(std::unique_ptr<const MasterKey> current, std::vector<std::unique_ptr<const MasterKey>> previous = {});

  [[nodiscard]] const std::string& key_id() const { return keys_.front()->id(); }
  [[nodiscard]] bool knows(std::string_view key_id) const { return find(key_id) != nullptr; }
  /// `place` says whose value it is ("inboxes.connector_state:4"): sealed bytes moved to another place do not open.
  [[nodiscard]] std::string seal(std::string_view plain, std::string_view place) const;
  /// Nothing: an unknown key, or bytes that were changed.
  [[nodiscard]] std::optional<std::string> open(std::string_view sealed, std::string_view key_id,
                                                std::string_view place) const;
  /// A secret of its own for a purpose ("signing:support"), of the current key: 64 hexadecimal digits.
  [[nodiscard]] std::string derive(std::string_view purpose) const;

 private:
  [[nodiscard]] const MasterKey* find(std::string_view key_id) const;
  std::vector<std::unique_ptr<const MasterKey>> keys_;  // the current one first
};

/// A new key as text, 64 hexadecimal digits.
std::string random_key_text();
/// Overwrites before it gives the memory back.
void wipe(std::string& text);

}  // namespace inboxd::storage
