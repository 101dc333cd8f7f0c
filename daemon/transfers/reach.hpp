// The SSRF guard's first half: which URLs an inbox's request may name at all. Asked before anything is resolved, for
// the request itself and for every redirect. Its second half, on the address really connected, is in addresses.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/transfers/transfers.hpp"

namespace inboxd::transfers {

/// Parsed by libcurl, which also connects: no second parser that could read another host.
struct Target {
  std::string scheme;  // "https"
  std::string host;    // lower case, no brackets
  int port = 0;

  /// "https://api.example.com:443": what may be logged of a URL.
  [[nodiscard]] std::string origin() const;
  friend bool operator==(const Target&, const Target&) = default;
};

/// Nothing for other schemes, user names or passwords in the URL, or what is not a URL.
std::optional<Target> parse_target(const std::string& url);

/// The same for imap and imaps, whose connections go nowhere but to base URLs.
std::optional<Target> parse_stream_target(const std::string& url);
bool names_stream(const Target& target, const Reach& reach);

enum class Admission {
  base,   // exactly a base URL's scheme, host and port: any address
  media,  // a media host over https on its usual port: global addresses only
  refused,
};
Admission admission(const Target& target, const Reach& reach);

/// `location` resolved against `url`; nothing unless scheme, host and port stay the same.
std::optional<std::string> same_origin_redirect(const std::string& url, std::string_view location);

/// Takes URLs out of a library's error text: their paths may hold credentials.
std::string without_urls(std::string_view text);

}  // namespace inboxd::transfers
