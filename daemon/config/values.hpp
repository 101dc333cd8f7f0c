// Reads single TOML values as the type that their key wants, resolves secrets, and collects every problem with its
// line. Used by load.cpp and inbox_tables.cpp; knows no key by name.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "connectors/sdk/settings.hpp"
#include "daemon/config/config.hpp"
#include "daemon/config/environment.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/suggest.hpp"

namespace inboxd::config {

inline constexpr std::size_t socket_path_max = 107;  // sun_path of sockaddr_un, unix(7), without its final zero

/// `skip` is for commands that only ask the running daemon: they may not be allowed to read its secrets.
enum class SecretsMode { resolve, skip };

class Values {
 public:
  Values(std::filesystem::path file, const Environment& environment, SecretsMode mode,
         std::vector<std::string_view> channel_names);

  /// What `definition` wants, or nothing after a problem was noted.
  template <class Target>
  std::optional<KeyValue> read(const toml::node& node, const KeyDefinition<Target>& definition) {
    return read(
        node, Wanted{definition.key, definition.type, definition.least, definition.most, words_of(definition.allowed)});
  }
  std::optional<connectors::SettingValue> read(const toml::node& node, const connectors::SettingDefinition& definition);
  /// A definition's default, which is text whatever the type.
  static connectors::SettingValue default_of(const connectors::SettingDefinition& definition);

  void problem(int line, std::string text);
  /// For what the file lacks as a whole, told at a line of the nearest table.
  static int line_of(const toml::node& node);
  static int line_of(const toml::key& key);

  [[nodiscard]] SecretsMode mode() const { return mode_; }
  [[nodiscard]] std::vector<Problem> problems() const;
  [[nodiscard]] std::vector<std::string> secrets() const;
  [[nodiscard]] std::filesystem::path resolved(const std::string& path) const;

 private:
  struct Wanted {
    std::string_view key;
    KeyType type = KeyType::text;
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::vector<std::string_view> allowed{};
  };
  std::optional<KeyValue> read(const toml::node& node, const Wanted& wanted);
  std::optional<KeyValue> word(const toml::node& node, const Wanted& wanted);

  std::optional<std::string> text(const toml::node& node, std::string_view key);
  std::optional<std::int64_t> integer(const toml::node& node, const Wanted& wanted);
  std::optional<bool> flag(const toml::node& node, std::string_view key);
  std::optional<std::vector<std::string>> text_list(const toml::node& node, std::string_view key);
  std::optional<std::string> secret(const toml::node& node, std::string_view key);
  std::optional<std::string> secret_from(std::string_view source, const std::string& name, int line,
                                         std::string_view key);
  std::optional<std::string> secret_file(const std::filesystem::path& path, int line, std::string_view key);
  std::optional<std::map<std::string, std::string>> text_table(const toml::node& node, std::string_view key);

  std::filesystem::path file_;
  const Environment& environment_;
  SecretsMode mode_;
  std::vector<std::string_view> channel_names_;
  std::vector<Problem> problems_;
  std::vector<std::string> secrets_;
};

}  // namespace inboxd::config
