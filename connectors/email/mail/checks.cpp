#include "connectors/email/mail/checks.hpp"

#include <algorithm>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t result_bytes_max = 20;  // "temperror"

/// Comments may stand anywhere and say anything (RFC 5322, section 3.2.2).
std::string without_comments(std::string_view text) {
  std::string out;
  std::size_t depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\') {
      ++i;
      continue;
    }
    if (c == '"' && depth == 0) quoted = !quoted;
    if (c == '(' && !quoted) ++depth;
    if (depth == 0 && c != '"') out += quoted && c == ';' ? ' ' : c;
    if (c == ')' && !quoted && depth > 0) --depth;
  }
  return out;
}

std::string_view next_item(std::string_view& text) {
  const auto end = text.find(';');
  const auto item = trimmed(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return item;
}

/// "spf=pass smtp.mailfrom=…" gives "pass" for "spf".
std::string result_of(std::string_view item, std::string_view method) {
  if (!item.starts_with(method)) return {};
  auto rest = trimmed(item.substr(method.size()));
  if (rest.starts_with('/')) rest = trimmed(rest.substr(std::min(rest.find('='), rest.size())));  // a version
  if (!rest.starts_with('=')) return {};
  rest = trimmed(rest.substr(1));
  const auto word = rest.substr(0, rest.find_first_of(" \t"));
  const bool letters = std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return letters && word.size() <= result_bytes_max ? std::string(word) : std::string();
}

/// A mail may carry several signatures: one that holds is enough.
void keep(std::string& kept, const std::string& result) {
  if (!result.empty() && (kept.empty() || result == "pass")) kept = result;
}

}  // namespace

SenderChecks sender_checks(const Fields& fields, std::string_view authserv_id) {
  if (authserv_id.empty()) return {};
  const auto wanted = lower_case(trimmed(authserv_id));
  for (const auto value : fields.every("authentication-results")) {
    const auto text = lower_case(without_comments(value));
    std::string_view rest = text;
    const auto server = next_item(rest);
    if (server.substr(0, server.find_first_of(" \t")) != wanted) continue;
    SenderChecks checks;
    while (!rest.empty()) {
      const auto item = next_item(rest);
      keep(checks.spf, result_of(item, "spf"));
      keep(checks.dkim, result_of(item, "dkim"));
      keep(checks.dmarc, result_of(item, "dmarc"));
    }
    return checks;
  }
  return {};
}

}  // namespace inboxd::connectors::email
