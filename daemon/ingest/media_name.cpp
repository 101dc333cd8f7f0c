// Only ASCII is kept: the name is a fallback, and header fields and file systems agree on it.
#include "daemon/ingest/media_name.hpp"

#include <boost/url/parse.hpp>

namespace inboxd::ingest {

std::string name_from_url(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(url.data(), url.size()));
  if (parsed.has_error() || parsed->segments().empty()) return {};
  std::string name;
  for (const char byte : std::string(parsed->segments().back())) {
    const auto code = static_cast<unsigned char>(byte);
    if (code < 0x20 || code >= 0x7f || byte == '/' || byte == '\\') continue;
    if (name.size() == media_name_bytes_max) break;
    name += byte;
  }
  return name == "." || name == ".." ? std::string() : name;
}

}  // namespace inboxd::ingest
