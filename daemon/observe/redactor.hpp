// Takes secrets out of text before it leaves the program: the configured ones, registered at start and whenever one
// changes, and forms that hold one by their nature. Used by Log for every line; safe from any thread.
#pragma once

#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::observe {

class Redactor {
 public:
  /// Ignores what is shorter than 6 bytes: masking it would make lines unreadable without hiding it.
  void add(const std::string& secret);

  /// With "[redacted]" in place of registered secrets (also percent-encoded), of "/bot<token>/", of what follows
  /// "Bearer " or "Basic ", of values after "access_token=", "token=", "secret=", "password=", and "user:pass@" in
  /// URLs.
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  mutable std::shared_mutex mutex_;
  std::vector<std::string> secrets_;  // longest first, so that one within another leaves no rest
};

}  // namespace inboxd::observe
