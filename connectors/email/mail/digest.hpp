// SHA-256 in steps, for naming mails: of an original's bytes, and of a body as copies of one mail share it. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace inboxd::connectors::email {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  /// Lowercase hex of what was given; ends the digest.
  std::string hex();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// Of a body whatever its line ends, and without the empty lines at its end: transports change both.
class BodyDigest {
 public:
  void update(std::string_view bytes);
  std::string hex() { return digest_.hex(); }

 private:
  void flush();

  Sha256 digest_;
  bool return_pending_ = false;
  std::uint64_t newlines_pending_ = 0;
};

}  // namespace inboxd::connectors::email
