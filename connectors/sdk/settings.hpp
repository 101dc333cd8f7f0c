// The keys that a channel takes in its [[inbox]] table. The host reads the TOML, resolves secrets, checks types and
// refuses unknown keys from these definitions, so that no channel parses config itself.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace inboxd::connectors {

enum class SettingType { text, secret, flag, integer, url, text_list, table };
enum class Presence { required, optional };

struct SettingDefinition {
  std::string_view key;
  SettingType type = SettingType::text;
  Presence presence = Presence::optional;
  std::string_view default_value;         // as text; empty: absent
  std::string_view sentence;              // what it is, for `inboxd check` and the README
  std::vector<std::string_view> allowed;  // for text: the only values, when not empty
};

/// A table's keys are all text or secrets ("oauth2").
using SettingValue =
    std::variant<std::string, bool, std::int64_t, std::vector<std::string>, std::map<std::string, std::string>>;

/// Values by key, secrets resolved, defaults filled in.
class Settings {
 public:
  std::map<std::string, SettingValue> values;
  /// The host's: for what a channel signs and reads again. Stable for this inbox, secret, empty in `inboxd check`.
  std::string signing_key = {};

  [[nodiscard]] bool has(const std::string& key) const { return values.contains(key); }
  [[nodiscard]] std::string text(const std::string& key) const { return get<std::string>(key); }
  [[nodiscard]] bool flag(const std::string& key) const { return get<bool>(key); }
  [[nodiscard]] std::int64_t integer(const std::string& key) const { return get<std::int64_t>(key); }
  [[nodiscard]] std::vector<std::string> list(const std::string& key) const {
    return get<std::vector<std::string>>(key);
  }

 private:
  template <class T>
  [[nodiscard]] T get(const std::string& key) const {
    const auto found = values.find(key);
    if (found == values.end()) return T{};
    const T* value = std::get_if<T>(&found->second);
    return value != nullptr ? *value : T{};
  }
};

}  // namespace inboxd::connectors
