// Parses, reads the tables by the rows of keys.cpp, then checks what concerns several keys together.
#include "daemon/config/load.hpp"

#include <algorithm>
#include <string>

#include <toml++/toml.h>

#include "daemon/config/inbox_tables.hpp"
#include "daemon/config/key_tables.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/suggest.hpp"

namespace inboxd::config {

namespace {

constexpr std::size_t file_bytes_max = 1U << 20U;

std::vector<std::string_view> sections() {
  std::vector<std::string_view> found;
  for (const auto& row : keys())
    if (std::ranges::find(found, row.section) == found.end()) found.push_back(row.section);
  return found;
}

std::vector<std::string_view> keys_of(std::string_view section) {
  std::vector<std::string_view> found;
  for (const auto& row : keys())
    if (row.section == section) found.push_back(row.key);
  return found;
}

void refuse_unknown(const toml::table& root, Values& values) {
  auto known = sections();
  known.push_back("inbox");
  for (const auto& [key, node] : root) {
    const std::string name(key.str());
    if (std::ranges::find(known, name) == known.end()) {
      const char* what = node.is_table() || node.is_array_of_tables() ? "unknown table \"" : "unknown key \"";
      values.problem(Values::line_of(key),
                     what + name + '"' + suggestion(name, known) + "; the tables are " + quoted_list(known));
      continue;
    }
    const auto* table = node.as_table();
    if (name == "inbox" || table == nullptr) continue;
    const auto known_keys = keys_of(name);
    for (const auto& [inner, value] : *table) {
      if (std::ranges::find(known_keys, inner.str()) != known_keys.end()) continue;
      values.problem(Values::line_of(inner), "unknown key \"" + std::string(inner.str()) + "\" in [" + name + ']' +
                                                 suggestion(inner.str(), known_keys) + "; it takes " +
                                                 quoted_list(known_keys));
    }
  }
}

void derive_defaults(Config& config) {
  auto& server = config.server;
  if (server.public_url.empty())
    server.public_url = (server.tls_certificate.empty() ? "http://" : "https://") + to_string(server.listen);
  if (server.media_url.empty()) server.media_url = server.public_url;
  if (server.admin_socket.empty()) server.admin_socket = config.storage.directory / "admin.sock";
}

int line_in(const toml::table& root, std::string_view section, std::string_view key) {
  const auto found = root[section][key];
  return found.node() == nullptr ? 1 : Values::line_of(*found.node());
}

/// Its own address, and one at all where an inbox lives by it.
void check_lmtp(const toml::table& root, const Config& config, Values& values) {
  const auto& server = config.server;
  if (!server.lmtp.empty() && !server.lmtp.ends_with(":0")) {
    const bool taken = server.lmtp == to_string(server.listen) || server.lmtp == server.admin_socket ||
                       (server.metrics && server.lmtp == to_string(*server.metrics));
    if (taken)
      values.problem(line_in(root, "server", "lmtp"), "lmtp is the address of another listener; give it its own");
  }
  if (!server.lmtp.empty()) return;
  for (std::size_t i = 0; i < config.inboxes.size(); ++i) {
    const auto& inbox = config.inboxes[i];
    if (inbox.only_handed_over && inbox.enabled)
      values.problem(Values::line_of(*root["inbox"][i].node()),
                     "inbox \"" + inbox.name +
                         "\" gets mail by LMTP alone, and server.lmtp is not set; write lmtp = \"127.0.0.1:8824\" in "
                         "[server]");
  }
}

void check_together(const toml::table& root, const Config& config, const Environment& environment, Values& values) {
  const auto& server = config.server;
  if (server.tls_certificate.empty() != server.tls_key.empty()) {
    const char* given = server.tls_certificate.empty() ? "tls_key" : "tls_certificate";
    values.problem(line_in(root, "server", given), "tls_certificate and tls_key go together; give both or neither");
  }
  if (server.metrics && server.metrics->port != 0 && *server.metrics == server.listen)
    values.problem(line_in(root, "server", "metrics"), "metrics and listen are the same address; give each its own");
  check_lmtp(root, config, values);
  if (server.admin_socket.string().size() > socket_path_max)
    values.problem(line_in(root, "server", "admin_socket"),
                   "the path of admin_socket is longer than " + std::to_string(socket_path_max) +
                       " bytes, which a Unix socket cannot have; set server.admin_socket to a shorter one");
  if (values.mode() == SecretsMode::skip) return;
  for (const auto& [key, path] : {std::pair{"tls_certificate", server.tls_certificate}, {"tls_key", server.tls_key}}) {
    if (path.empty()) continue;
    const auto read = environment.read_file(path, file_bytes_max);
    if (const auto* failure = std::get_if<Unreadable>(&read))
      values.problem(line_in(root, "server", key), std::string(key) + ": cannot read " + path.string() + ": " +
                                                       failure->why + "; give the daemon's user a readable file there");
  }
}

Config read_root(const toml::table& root, const std::vector<connectors::Channel>& channels, Values& values) {
  Config config;
  refuse_unknown(root, values);
  for (const auto section : sections()) {
    const toml::node* node = root.get(section);
    const auto* table = node == nullptr ? nullptr : node->as_table();
    if (node != nullptr && table == nullptr)
      values.problem(Values::line_of(*node), std::string(section) + " must be a table; write [" + std::string(section) +
                                                 "] on a line of its own");
    read_keys(keys(), section, table, 1, config, values);
  }
  if (const auto* node = root.get("inbox"); node != nullptr) config.inboxes = read_inboxes(*node, channels, values);
  derive_defaults(config);
  return config;
}

}  // namespace

Loaded load_text(std::string_view text, const std::filesystem::path& file,
                 const std::vector<connectors::Channel>& channels, const Environment& environment, SecretsMode mode) {
  std::vector<std::string_view> channel_names;
  for (const auto& channel : channels) channel_names.push_back(channel.name);
  Values values(file, environment, mode, std::move(channel_names));
  try {
    const toml::table root = toml::parse(text, file.string());
    Config config = read_root(root, channels, values);
    check_together(root, config, environment, values);
    if (auto problems = values.problems(); !problems.empty()) return problems;
    config.file = file;
    config.secrets = values.secrets();
    return config;
  } catch (const toml::parse_error& error) {
    values.problem(static_cast<int>(error.source().begin.line),
                   "not TOML: " + std::string(error.description()) + "; mend this line first, the rest is not read");
    return values.problems();
  }
}

Loaded load_file(const std::filesystem::path& file, const std::vector<connectors::Channel>& channels,
                 const Environment& environment, SecretsMode mode) {
  auto found = environment.read_file(file, file_bytes_max);
  if (const auto* failure = std::get_if<Unreadable>(&found))
    return std::vector<Problem>{{file.string(), 1,
                                 "cannot read the configuration: " + failure->why +
                                     "; create it from inboxd.example.toml, or name another with --config"}};
  return load_text(std::get<std::string>(found), file, channels, environment, mode);
}

}  // namespace inboxd::config
