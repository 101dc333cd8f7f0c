#include "daemon/ingest/lmtp/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace inboxd::ingest::lmtp {
namespace {

constexpr std::size_t path_bytes_max = 512;  // RFC 5321 4.5.3.1.3 asks for 256
constexpr std::size_t parameters_max = 16;   // we announce three
constexpr std::size_t size_digits_max = 20;

constexpr std::array<std::pair<std::string_view, Verb>, 10> verbs{{{"LHLO", Verb::lhlo},
                                                                   {"HELO", Verb::smtp_hello},
                                                                   {"EHLO", Verb::smtp_hello},
                                                                   {"MAIL", Verb::mail},
                                                                   {"RCPT", Verb::rcpt},
                                                                   {"DATA", Verb::data},
                                                                   {"RSET", Verb::rset},
                                                                   {"NOOP", Verb::noop},
                                                                   {"VRFY", Verb::vrfy},
                                                                   {"QUIT", Verb::quit}}};

/// Whatever the locale is.
char capital(char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; }

std::string in_capitals(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), capital);
  return out;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; }

/// Where the ">" stands that ends the path which begins with "<"; not one in a quoted local part.
std::size_t end_of_path(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 1; at < text.size(); ++at) {
    const char c = text[at];
    if (is_control(c)) return std::string_view::npos;
    if (quoted && c == '\\') {
      ++at;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == '>') {
      return at;
    } else if (!quoted && (c == '<' || c == ' ')) {
      return std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

/// "@relay.example,@other.example:anna@example.com" is for Anna (RFC 5321 4.1.1.3: servers strip it).
std::string_view without_route(std::string_view address) {
  if (!address.starts_with('@')) return address;
  const auto colon = address.find(':');
  return colon == std::string_view::npos ? std::string_view() : address.substr(colon + 1);
}

std::optional<std::vector<Parameter>> parameters_of(std::string_view text) {
  std::vector<Parameter> parameters;
  while (!(text = trimmed(text)).empty()) {
    const auto word = text.substr(0, text.find(' '));
    const auto equals = word.find('=');
    const auto key = word.substr(0, equals);
    if (key.empty() || std::any_of(word.begin(), word.end(), is_control) || parameters.size() == parameters_max)
      return std::nullopt;
    const auto value = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
    parameters.push_back({in_capitals(key), in_capitals(value)});
    text.remove_prefix(word.size());
  }
  return parameters;
}

}  // namespace

Command command_of(std::string_view line) {
  const auto space = line.find(' ');
  const auto word = in_capitals(line.substr(0, space));
  const auto known = std::find_if(verbs.begin(), verbs.end(), [&](const auto& verb) { return verb.first == word; });
  Command command;
  if (known != verbs.end()) command.verb = known->second;
  if (space != std::string_view::npos) command.argument = trimmed(line.substr(space));
  return command;
}

std::optional<Path> path_of(std::string_view argument, std::string_view head) {
  if (in_capitals(argument.substr(0, head.size())) != head) return std::nullopt;
  argument = trimmed(argument.substr(head.size()));
  if (!argument.starts_with('<')) return std::nullopt;
  const auto end = end_of_path(argument);
  if (end == std::string_view::npos) return std::nullopt;
  const auto given = argument.substr(1, end - 1);
  const auto rest = argument.substr(end + 1);
  const auto address = without_route(given);
  if (given.size() > path_bytes_max || (address.empty() && !given.empty()) || (!rest.empty() && rest.front() != ' '))
    return std::nullopt;
  auto parameters = parameters_of(rest);
  if (!parameters) return std::nullopt;
  return Path{std::string(address), *std::move(parameters)};
}

std::optional<std::uint64_t> size_of(std::string_view digits) {
  if (digits.empty() || digits.size() > size_digits_max) return std::nullopt;
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return std::numeric_limits<std::uint64_t>::max();
  return size;
}

}  // namespace inboxd::ingest::lmtp
