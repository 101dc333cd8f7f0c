#include "connectors/email/mail/flowed.hpp"

#include <algorithm>

namespace inboxd::connectors::email {

std::string unflow(std::string_view text, bool delete_space) {
  std::string out;
  std::size_t open_depth = 0;  // of the paragraph that goes on
  bool open = false;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    auto line = text.substr(0, newline);
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
    const auto depth = std::min(line.find_first_not_of('>'), line.size());
    auto words = line.substr(depth);
    if (words.starts_with(' ')) words.remove_prefix(1);  // stuffed
    const bool signature = words == "-- ";
    if (open && (depth != open_depth || signature)) {
      out += '\n';
      open = false;
    }
    if (!open) {
      out.append(depth, '>');
      if (depth > 0 && !words.empty()) out += ' ';
    }
    open = words.ends_with(' ') && !signature;
    open_depth = depth;
    if (open && delete_space) words.remove_suffix(1);
    out += words;
    if (!open && newline != std::string_view::npos) out += '\n';
  }
  return out;
}

}  // namespace inboxd::connectors::email
