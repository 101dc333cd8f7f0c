#include "connectors/email/mail/digest.hpp"

#include <array>
#include <new>

#include <openssl/evp.h>

namespace inboxd::connectors::email {

void Sha256::Free::operator()(evp_md_ctx_st* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
}

void Sha256::update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  EVP_DigestFinal_ex(context_.get(), digest.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4U];
    hex += digits[digest[i] & 15U];
  }
  return hex;
}

void BodyDigest::update(std::string_view bytes) {
  while (!bytes.empty()) {
    if (bytes.front() == '\n') {
      return_pending_ = false;
      ++newlines_pending_;
      bytes.remove_prefix(1);
      continue;
    }
    if (return_pending_) {
      return_pending_ = false;
      flush();
      digest_.update("\r");
    }
    if (bytes.front() == '\r') {
      return_pending_ = true;
      bytes.remove_prefix(1);
      continue;
    }
    flush();
    const auto plain = bytes.substr(0, bytes.find_first_of("\r\n"));
    digest_.update(plain);
    bytes.remove_prefix(plain.size());
  }
}

void BodyDigest::flush() {
  for (; newlines_pending_ > 0; --newlines_pending_) digest_.update("\n");
}

}  // namespace inboxd::connectors::email
