// URL comparison behind daemon/transfers/reach.hpp.
#include "daemon/transfers/reach.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>

#include <curl/curl.h>

#include "daemon/transfers/curl_handles.hpp"

namespace inboxd::transfers {
namespace {

constexpr std::array<std::string_view, 4> transfer_schemes{"http", "https", "smtp", "smtps"};
constexpr std::array<std::string_view, 2> stream_schemes{"imap", "imaps"};

std::optional<std::string> part(CURLU* url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return std::nullopt;
  std::string copy(text);
  curl_free(text);
  return copy;
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool matches(std::string_view host, const std::string& pattern) {
  const std::string wanted = lower_case(pattern);
  if (!wanted.starts_with("*.")) return host == wanted;
  const std::string_view suffix = std::string_view(wanted).substr(1);
  return host.size() > suffix.size() && host.ends_with(suffix);
}

std::optional<Target> parse(const std::string& url, std::span<const std::string_view> schemes) {
  const UrlHandle handle(curl_url());
  // Control characters and NUL: libcurl would cut at NUL, and nobody else may read on.
  if (std::any_of(url.begin(), url.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; })) return std::nullopt;
  if (curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK) return std::nullopt;
  const auto scheme = part(handle.get(), CURLUPART_SCHEME);
  const auto host = part(handle.get(), CURLUPART_HOST);
  const auto port = part(handle.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT);
  if (!scheme || !host || !port || host->empty()) return std::nullopt;
  Target target{lower_case(*scheme), lower_case(*host), 0};
  if (std::find(schemes.begin(), schemes.end(), target.scheme) == schemes.end()) return std::nullopt;
  if (target.host.front() == '[') target.host = target.host.substr(1, target.host.size() - 2);
  std::from_chars(port->data(), port->data() + port->size(), target.port);
  return target;
}

}  // namespace

std::string Target::origin() const {
  const bool v6 = host.find(':') != std::string::npos;
  return scheme + "://" + (v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::optional<Target> parse_target(const std::string& url) { return parse(url, transfer_schemes); }

std::optional<Target> parse_stream_target(const std::string& url) { return parse(url, stream_schemes); }

bool names_stream(const Target& target, const Reach& reach) {
  return std::any_of(reach.base_urls.begin(), reach.base_urls.end(),
                     [&target](const std::string& base) { return parse_stream_target(base) == target; });
}

Admission admission(const Target& target, const Reach& reach) {
  for (const auto& base : reach.base_urls)
    if (parse_target(base) == target) return Admission::base;
  constexpr int https_port = 443;
  if (target.scheme != "https" || target.port != https_port) return Admission::refused;
  const bool known = std::any_of(reach.media_hosts.begin(), reach.media_hosts.end(),
                                 [&target](const std::string& pattern) { return matches(target.host, pattern); });
  return known ? Admission::media : Admission::refused;
}

std::optional<std::string> same_origin_redirect(const std::string& url, std::string_view location) {
  const auto from = parse_target(url);
  const UrlHandle handle(curl_url());
  if (!from || curl_url_set(handle.get(), CURLUPART_URL, url.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return std::nullopt;
  const std::string relative(location);
  if (curl_url_set(handle.get(), CURLUPART_URL, relative.c_str(), CURLU_DISALLOW_USER) != CURLUE_OK)
    return std::nullopt;
  auto resolved = part(handle.get(), CURLUPART_URL);
  if (!resolved || parse_target(*resolved) != from) return std::nullopt;
  return resolved;
}

std::string without_urls(std::string_view text) {
  std::string clean;
  for (std::size_t at = 0; at < text.size();) {
    const auto found = text.find("://", at);
    if (found == std::string_view::npos) {
      clean += text.substr(at);
      break;
    }
    std::size_t start = found;
    while (start > at && std::isalpha(static_cast<unsigned char>(text[start - 1])) != 0) --start;
    const auto end = text.find_first_of(" \t\r\n'\"", found);
    clean += text.substr(at, start - at);
    clean += "[url]";
    at = end == std::string_view::npos ? text.size() : end;
  }
  return clean;
}

}  // namespace inboxd::transfers
