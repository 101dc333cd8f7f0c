// The values of a channel's own keys, and among them secrets: a literal, an environment variable, a file, or a
// credential of systemd's (https://systemd.io/CREDENTIALS/). A problem names the source, never the value.
#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/config/addresses.hpp"
#include "daemon/config/suggest.hpp"
#include "daemon/config/values.hpp"

namespace inboxd::config {

namespace {

using connectors::SettingType;

constexpr std::size_t secret_bytes_max = 65'536;  // a private key in PEM is far below

/// Files written with an editor or `echo` end in a newline that is no part of the secret.
std::string without_newline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

template <class T>
std::optional<connectors::SettingValue> as_setting(std::optional<T> value) {
  if (!value) return std::nullopt;
  // Built in place: g++ 12 takes a moved temporary variant for uninitialised at -O2.
  return std::optional<connectors::SettingValue>(std::in_place, std::in_place_type<T>, *std::move(value));
}

}  // namespace

std::optional<connectors::SettingValue> Values::read(const toml::node& node,
                                                     const connectors::SettingDefinition& definition) {
  const auto key = definition.key;
  switch (definition.type) {
    case SettingType::text: {
      auto found = text(node, key);
      if (found && !definition.allowed.empty() &&
          std::ranges::find(definition.allowed, *found) == definition.allowed.end()) {
        problem(line_of(node), std::string(key) + " = \"" + *found + "\" is not one of " +
                                   quoted_list(definition.allowed) + suggestion(*found, definition.allowed));
        return std::nullopt;
      }
      return as_setting(std::move(found));
    }
    case SettingType::url: {
      auto found = text(node, key);
      if (found && !is_base_url(*found)) {
        problem(line_of(node), std::string(key) +
                                   " is not a URL; write scheme and host, like \"https://example.com\", " +
                                   "without user, password, query or fragment");
        return std::nullopt;
      }
      return as_setting(std::move(found));
    }
    case SettingType::secret:
      return as_setting(secret(node, key));
    case SettingType::flag:
      return as_setting(flag(node, key));
    case SettingType::integer:
      return as_setting(integer(node, Wanted{key, KeyType::integer, INT64_MIN, INT64_MAX, {}}));
    case SettingType::text_list:
      return as_setting(text_list(node, key));
    case SettingType::table:
      return as_setting(text_table(node, key));
  }
  return std::nullopt;
}

connectors::SettingValue Values::default_of(const connectors::SettingDefinition& definition) {
  const std::string text(definition.default_value);
  switch (definition.type) {
    case SettingType::flag:
      return text == "true";
    case SettingType::integer: {
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case SettingType::text_list: {
      std::vector<std::string> list;
      for (std::size_t start = 0; start <= text.size();) {
        const auto comma = std::min(text.find(',', start), text.size());
        list.push_back(text.substr(start, comma - start));
        start = comma + 1;
      }
      return list;
    }
    case SettingType::text:
    case SettingType::url:
    case SettingType::secret:
      return text;
    case SettingType::table:
      return std::map<std::string, std::string>{};
  }
  return text;
}

std::optional<std::string> Values::secret(const toml::node& node, std::string_view key) {
  const int line = line_of(node);
  std::optional<std::string> value;
  if (node.is_string()) {
    value = text(node, key);
  } else if (const auto* table = node.as_table(); table != nullptr && table->size() == 1) {
    const auto entry = table->begin();  // the pair that it yields lives as long as the iterator
    const auto source = entry->first.str();
    const toml::node& named = entry->second;
    const auto name = named.value<std::string>();
    if (!named.is_string() || !name || name->empty()) {
      problem(line, std::string(key) + ": " + std::string(source) + " must be text in quotes");
      return std::nullopt;
    }
    value = secret_from(source, *name, line, key);
  } else {
    problem(line, std::string(key) + " must be text in quotes, { env = \"X\" }, { file = \"/path\" } or " +
                      "{ credential = \"name\" }");
    return std::nullopt;
  }
  if (!value) return std::nullopt;
  if (mode_ == SecretsMode::skip) return std::string();
  if (value->empty()) {
    problem(line, std::string(key) + " is empty; give the secret or remove the key");
    return std::nullopt;
  }
  secrets_.push_back(*value);
  return value;
}

std::optional<std::string> Values::secret_from(std::string_view source, const std::string& name, int line,
                                               std::string_view key) {
  static const std::vector<std::string_view> sources{"env", "file", "credential"};
  if (std::ranges::find(sources, source) == sources.end()) {
    problem(line, std::string(key) + ": \"" + std::string(source) + "\" is no source of a secret" +
                      suggestion(source, sources) + "; use one of " + quoted_list(sources));
    return std::nullopt;
  }
  if (mode_ == SecretsMode::skip) return std::string();
  if (source == "env") {
    auto found = environment_.variable(name);
    if (!found) problem(line, std::string(key) + ": the environment variable " + name + " is not set; set it");
    return found;
  }
  if (source == "file") return secret_file(resolved(name), line, key);
  const auto folder = environment_.variable("CREDENTIALS_DIRECTORY");
  if (!folder) {
    problem(line, std::string(key) + ": there is no $CREDENTIALS_DIRECTORY to read the credential \"" + name +
                      "\" from; run under systemd with LoadCredential=" + name + ":/path, or set the variable");
    return std::nullopt;
  }
  if (name.find('/') != std::string::npos || name == "." || name == "..") {
    problem(line, std::string(key) + ": \"" + name + "\" is a path; a credential is named without \"/\"");
    return std::nullopt;
  }
  return secret_file(std::filesystem::path(*folder) / name, line, key);
}

std::optional<std::string> Values::secret_file(const std::filesystem::path& path, int line, std::string_view key) {
  auto found = environment_.read_file(path, secret_bytes_max);
  if (const auto* failure = std::get_if<Unreadable>(&found)) {
    problem(line, std::string(key) + ": cannot read " + path.string() + ": " + failure->why +
                      "; give the daemon's user a readable file there");
    return std::nullopt;
  }
  return without_newline(std::get<std::string>(std::move(found)));
}

std::optional<std::map<std::string, std::string>> Values::text_table(const toml::node& node, std::string_view key) {
  const auto* table = node.as_table();
  if (table == nullptr) {
    problem(line_of(node), std::string(key) + " must be a table, like { name = \"value\" }");
    return std::nullopt;
  }
  std::map<std::string, std::string> entries;
  for (const auto& [name, entry] : *table) {
    const std::string full = std::string(key) + '.' + std::string(name.str());
    // A literal URL is no secret; whatever else stands here may be one.
    const auto plain = entry.value<std::string>();
    auto found = plain && is_base_url(*plain) ? plain : secret(entry, full);
    if (!found) return std::nullopt;
    entries.emplace(name.str(), *std::move(found));
  }
  return entries;
}

}  // namespace inboxd::config
