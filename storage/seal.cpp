#include "storage/seal.hpp"

#include <stdexcept>

#include <sodium.h>

namespace inboxd::storage {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t id_bytes = 8;
static_assert(MasterKey::bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

void require_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* raw(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// BLAKE2b under a key of its own for each use, so that neither result says anything about the other.
void digest(std::string_view use, std::string_view text, unsigned char* into, std::size_t size) {
  crypto_generichash(into, size, raw(text), text.size(), raw(use), use.size());
}

std::string hex(const unsigned char* bytes, std::size_t size) {
  std::string text(size * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes, size);
  text.pop_back();
  return text;
}

}  // namespace

std::unique_ptr<const MasterKey> MasterKey::from_text(std::string_view text) {
  require_sodium();
  std::unique_ptr<MasterKey> key(new MasterKey);  // the constructor is private: ownership is at once
  digest("inboxd master key v1", text, key->value_.data(), bytes);
  std::array<unsigned char, crypto_generichash_BYTES_MIN> id{};
  digest("inboxd key id v1", text, id.data(), id.size());
  key->id_ = hex(id.data(), id_bytes);
  return key;
}

MasterKey::~MasterKey() { sodium_memzero(value_.data(), value_.size()); }

Seal::Seal(std::unique_ptr<const MasterKey> current, std::vector<std::unique_ptr<const MasterKey>> previous) {
  keys_.push_back(std::move(current));
  for (auto& key : previous) keys_.push_back(std::move(key));
}

const MasterKey* Seal::find(std::string_view key_id) const {
  for (const auto& key : keys_)
    if (key->id() == key_id) return key.get();
  return nullptr;
}

std::string Seal::seal(std::string_view plain, std::string_view place) const {
  std::string sealed(nonce_bytes + plain.size() + tag_bytes, '\0');
  randombytes_buf(sealed.data(), nonce_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed) + nonce_bytes, nullptr, raw(plain), plain.size(), raw(place),
                                             place.size(), nullptr, raw(sealed), keys_.front()->value());
  return sealed;
}

std::optional<std::string> Seal::open(std::string_view sealed, std::string_view key_id, std::string_view place) const {
  const auto* key = find(key_id);
  if (key == nullptr || sealed.size() < nonce_bytes + tag_bytes) return std::nullopt;
  std::string plain(sealed.size() - nonce_bytes - tag_bytes, '\0');
  const auto* box = raw(sealed) + nonce_bytes;
  const int code =
      crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain), nullptr, nullptr, box, sealed.size() - nonce_bytes,
                                                 raw(place), place.size(), raw(sealed), key->value());
  if (code != 0) return std::nullopt;
  return plain;
}

std::string Seal::derive(std::string_view purpose) const {
  const std::string text = "inboxd derived key v1:" + std::string(purpose);
  std::array<unsigned char, MasterKey::bytes> derived{};
  crypto_generichash(derived.data(), derived.size(), raw(text), text.size(), keys_.front()->value(), MasterKey::bytes);
  auto secret = hex(derived.data(), derived.size());
  sodium_memzero(derived.data(), derived.size());
  return secret;
}

std::string random_key_text() {
  require_sodium();
  std::array<unsigned char, MasterKey::bytes> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  auto text = hex(bytes.data(), bytes.size());
  sodium_memzero(bytes.data(), bytes.size());
  return text;
}

void wipe(std::string& text) {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

}  // namespace inboxd::storage
