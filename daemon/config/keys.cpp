// The table of keys. To add one: a member in config.hpp, a row here, a row in schemas/config/README.md and a line in
// schemas/config/inboxd.example.toml (a test asks for both).
#include "daemon/config/keys.hpp"

namespace inboxd::config {

namespace {

constexpr auto optional = connectors::Presence::optional;
constexpr auto required = connectors::Presence::required;
constexpr std::int64_t master_key_chars_min = 32;  // 128 bits even in hexadecimal
constexpr std::int64_t days_max = 36'500;          // a century

std::string text(const KeyValue& value) { return std::get<std::string>(value); }
int number(const KeyValue& value) { return static_cast<int>(std::get<std::int64_t>(value)); }

std::vector<KeyDefinition<Config>> server_keys() {
  return {
      {"server", "listen", KeyType::address, "\"127.0.0.1:8800\"",
       "Where REST, the stream and webhooks are served; needs a restart to change.",
       [](Config& config, const KeyValue& value) { config.server.listen = std::get<Address>(value); }},
      {"server", "metrics", KeyType::address, "\"127.0.0.1:8801\"",
       "Where /metrics is served, for a Prometheus server; \"\" switches it off; needs a restart to change.",
       [](Config& config, const KeyValue& value) {
         config.server.metrics = std::get<Address>(value);
         if (config.server.metrics->host.empty()) config.server.metrics.reset();
       }},
      {"server", "lmtp", KeyType::local, "\"\"",
       "Where your own mail server hands mail over by LMTP: a loopback address, or the path of a Unix socket; needs a "
       "restart to change.",
       [](Config& config, const KeyValue& value) { config.server.lmtp = text(value); }},
      {"server", "public_url", KeyType::url, "",
       "The address under which customers' providers and browsers reach us; http://{listen} when absent. Webhooks "
       "register themselves only when it is https.",
       [](Config& config, const KeyValue& value) { config.server.public_url = text(value); }},
      {"server", "media_url", KeyType::url, "",
       "A separate origin for attachments, so that a hostile file never runs in the origin of the API; public_url when "
       "absent.",
       [](Config& config, const KeyValue& value) { config.server.media_url = text(value); }},
      {"server", "admin_socket", KeyType::path, "",
       "The Unix socket of the operator's commands; {directory}/admin.sock when absent; needs a restart to change.",
       [](Config& config, const KeyValue& value) { config.server.admin_socket = text(value); }},
      {"server", "trusted_proxies", KeyType::networks, "[]",
       "Addresses and networks of reverse proxies whose X-Forwarded-For is believed.",
       [](Config& config, const KeyValue& value) {
         config.server.trusted_proxies = std::get<std::vector<std::string>>(value);
       }},
      {"server", "tls_certificate", KeyType::path, "",
       "A PEM file with the certificate chain, to serve TLS without a proxy; goes with tls_key.",
       [](Config& config, const KeyValue& value) { config.server.tls_certificate = text(value); }},
      {"server", "tls_key", KeyType::path, "", "The PEM file with the certificate's private key.",
       [](Config& config, const KeyValue& value) { config.server.tls_key = text(value); }},
      {"server", "connections_max", KeyType::integer, "10000",
       "Open connections at once, WebSockets included; more are closed as they arrive.",
       [](Config& config, const KeyValue& value) {
         config.server.connections_max = static_cast<std::uint32_t>(number(value));
       },
       optional, 10, 1'000'000},
      {"server", "upload_bytes_max", KeyType::integer, "104857600", "The largest attachment that an agent may upload.",
       [](Config& config, const KeyValue& value) {
         config.server.upload_bytes_max = static_cast<std::uint64_t>(std::get<std::int64_t>(value));
       },
       optional, 1024, 4'294'967'296},
      {"server", "log_level", KeyType::text, "\"info\"", "The least important lines that the log keeps.",
       [](Config& config, const KeyValue& value) { config.server.log_level = text(value); }, optional, 0, 0,
       "debug info warning error"},
  };
}

std::vector<KeyDefinition<Config>> storage_and_conversation_keys() {
  return {
      {"storage", "directory", KeyType::path, "\"/var/lib/inboxd\"",
       "The folder of database and attachments, made (0700) when missing; needs a restart to change.",
       [](Config& config, const KeyValue& value) { config.storage.directory = text(value); }},
      {"storage", "events_days", KeyType::integer, "400",
       "How long the event log is kept; a client with an older cursor takes a fresh snapshot.",
       [](Config& config, const KeyValue& value) { config.storage.events_days = number(value); }, optional, 1,
       days_max},
      {"storage", "originals_days", KeyType::integer, "30",
       "How long providers' raw originals and the quarantine are kept, so that a parser's mistake can be replayed.",
       [](Config& config, const KeyValue& value) { config.storage.originals_days = number(value); }, optional, 1,
       days_max},
      {"storage", "master_key", KeyType::secret, "",
       "What seals the secrets in the store; {directory}/master.key, made at the first start, when absent; needs a "
       "restart to change.",
       [](Config& config, const KeyValue& value) { config.storage.master_key = text(value); }, optional,
       master_key_chars_min},
      {"storage", "previous_master_key", KeyType::secret, "",
       "The key before: what it sealed is sealed again by master_key at the next start.",
       [](Config& config, const KeyValue& value) { config.storage.previous_master_key = text(value); }, optional,
       master_key_chars_min},
      {"conversations", "close_after_days", KeyType::integer, "7",
       "When a resolved conversation becomes closed for good; until then a customer's message reopens it.",
       [](Config& config, const KeyValue& value) { config.conversations.close_after_days = number(value); }, optional,
       1, days_max},
  };
}

}  // namespace

const std::vector<KeyDefinition<Config>>& keys() {
  static const std::vector<KeyDefinition<Config>> table = [] {
    auto all = server_keys();
    for (auto& row : storage_and_conversation_keys()) all.push_back(row);
    return all;
  }();
  return table;
}

const std::vector<KeyDefinition<InboxSettings>>& inbox_keys() {
  static const std::vector<KeyDefinition<InboxSettings>> table{
      {"inbox", "name", KeyType::name, "",
       "The inbox's stable name, [a-z0-9-]{1,32}; its webhook arrives at /hooks/{name}.",
       [](InboxSettings& inbox, const KeyValue& value) { inbox.name = text(value); }, required},
      {"inbox", "connector", KeyType::connector, "",
       "The channel that the inbox speaks; it cannot change under the same name.",
       [](InboxSettings& inbox, const KeyValue& value) { inbox.connector = text(value); }, required},
      {"inbox", "enabled", KeyType::flag, "true",
       "False keeps the inbox and its history but receives and sends nothing.",
       [](InboxSettings& inbox, const KeyValue& value) { inbox.enabled = std::get<bool>(value); }},
      {"inbox", "close_after_days", KeyType::integer, "", "This inbox's own conversations.close_after_days.",
       [](InboxSettings& inbox, const KeyValue& value) { inbox.close_after_days = number(value); }, optional, 1,
       days_max},
  };
  return table;
}

}  // namespace inboxd::config
