// Percent-decoding (RFC 3986, section 2.1) and the split at "?".
#include "daemon/http/target.hpp"

#include <utility>

namespace inboxd::http {

namespace {
int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_dot_segment(std::string_view path) {
  while (!path.empty()) {
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    if (segment == "." || segment == "..") return true;
    path.remove_prefix(segment.size());
  }
  return false;
}
}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hex_digit(text[i + 1]);
    const int low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

Result<Target> parse_target(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.substr(0, scheme.size()) != scheme) continue;
    const std::size_t slash = target.find('/', scheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (target.empty() || target.front() != '/') return bad_request("The request target must be a path.");
  const std::size_t question = target.find('?');
  auto path = percent_decode(target.substr(0, question));
  if (!path || path->find('\0') != std::string::npos)
    return bad_request("The path is not percent-encoded as RFC 3986 asks.");
  if (has_dot_segment(*path)) return bad_request("The path must not contain dot segments.");
  Target parsed;
  parsed.path = std::move(*path);
  if (question != std::string_view::npos) parsed.query = target.substr(question + 1);
  return parsed;
}

}  // namespace inboxd::http
