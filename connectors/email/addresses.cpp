// Reading addresses behind connectors/email/addresses.hpp.
#include "connectors/email/addresses.hpp"

#include <algorithm>
#include <cctype>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t local_bytes_max = 64;    // RFC 5321 4.5.3.1.1
constexpr std::size_t domain_bytes_max = 255;  // RFC 5321 4.5.3.1.2
constexpr std::size_t name_bytes_max = 256;    // more than any name that is shown

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// RFC 5321 4.1.2 without quoted local parts, which hardly any server takes; letters beyond ASCII as in RFC 6531.
bool is_local_part(std::string_view local) {
  constexpr std::string_view symbols = "!#$%&'*+-/=?^_`{|}~.";
  return !local.empty() && local.size() <= local_bytes_max &&
         std::all_of(local.begin(), local.end(), [&](unsigned char c) {
           return std::isalnum(c) != 0 || c >= 0x80 || symbols.find(static_cast<char>(c)) != std::string_view::npos;
         });
}

bool is_domain(std::string_view domain) {
  if (domain.empty() || domain.size() > domain_bytes_max || domain.front() == '.' || domain.back() == '.') return false;
  return std::all_of(domain.begin(), domain.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c >= 0x80 || c == '-' || c == '.' || c == '[' || c == ']' || c == ':';
  });
}

std::string unquoted(std::string_view name) {
  name = trimmed(name);
  if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::string(name);
  std::string plain;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    if (name[i] == '\\' && i + 2 < name.size()) ++i;
    plain += name[i];
  }
  return plain;
}

void add(const std::vector<std::string>& handles, std::vector<MailAddress>& into, Recipients& all) {
  for (const auto& handle : handles) {
    auto address = typed_address(handle);
    if (!address) {
      if (all.unreadable.empty()) all.unreadable = handle.empty() ? "(empty)" : handle;
      continue;
    }
    const std::string key = lower(address->address);
    if (std::any_of(all.everybody.begin(), all.everybody.end(), [&](const auto& known) { return lower(known) == key; }))
      continue;
    all.everybody.push_back(address->address);
    into.push_back(std::move(*address));
  }
}

}  // namespace

std::optional<MailAddress> typed_address(std::string_view text) {
  text = trimmed(text);
  if (has_control_characters(text)) return std::nullopt;
  MailAddress read;
  if (text.ends_with('>')) {
    const auto open = text.rfind('<');
    if (open == std::string_view::npos) return std::nullopt;
    read.name = unquoted(text.substr(0, open));
    text = text.substr(open + 1, text.size() - open - 2);
  }
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || !is_local_part(text.substr(0, at)) || !is_domain(text.substr(at + 1)))
    return std::nullopt;
  if (read.name.size() > name_bytes_max) return std::nullopt;
  read.address = text;
  return read;
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string() : lower(address.substr(at + 1));
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

Recipients recipients_of(const Outbound& reply) {
  Recipients all;
  add(reply.recipients.to.empty() ? std::vector<std::string>{reply.thread} : reply.recipients.to, all.to, all);
  add(reply.recipients.cc, all.cc, all);
  add(reply.recipients.bcc, all.bcc, all);
  return all;
}

}  // namespace inboxd::connectors::email
