// What an operator configured, as plain values: read by app at start and on SIGHUP, handed to the parts that need it.
// Defaults are those of the table in keys.cpp; values come out of load(), checked. Nothing here reads a file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/settings.hpp"

namespace inboxd::config {

/// Where to listen: an IP address without brackets, and a port; port 0 lets the system choose.
struct Address {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};
/// "127.0.0.1:8800", "[::1]:8800".
std::string to_string(const Address& address);

struct ServerSettings {
  Address listen;
  std::optional<Address> metrics;  // none: switched off
  std::string public_url;          // without a slash at the end; http://{listen} when not set
  std::string media_url;           // public_url when not set
  std::string lmtp;                // a loopback address with its port, or a socket's path; empty: switched off
  std::filesystem::path admin_socket;
  std::vector<std::string> trusted_proxies;  // addresses and networks ("10.0.0.0/8")
  std::filesystem::path tls_certificate;     // empty: plain HTTP
  std::filesystem::path tls_key;
  std::uint32_t connections_max = 0;
  std::uint64_t upload_bytes_max = 0;
  std::string log_level;  // debug, info, warning, error

  friend bool operator==(const ServerSettings&, const ServerSettings&) = default;
};

struct StorageSettings {
  std::filesystem::path directory;
  int events_days = 0;
  int originals_days = 0;
  std::string master_key;           // empty: the store makes one of its own
  std::string previous_master_key;  // empty: none

  friend bool operator==(const StorageSettings&, const StorageSettings&) = default;
};

struct ConversationSettings {
  int close_after_days = 0;  // an inbox may have its own

  friend bool operator==(const ConversationSettings&, const ConversationSettings&) = default;
};

struct InboxSettings {
  std::string name;
  std::string connector;
  bool enabled = true;
  std::optional<int> close_after_days;
  connectors::Settings settings;  // the channel's own keys
  bool only_handed_over = false;  // its channel says that nothing but server.lmtp brings anything
};

struct Config {
  std::filesystem::path file;
  ServerSettings server;
  StorageSettings storage;
  ConversationSettings conversations;
  std::vector<InboxSettings> inboxes;
  /// Every secret's value, longest first, for the log to cut out.
  std::vector<std::string> secrets;
};

/// One thing to mend. `text` says what is wrong and how to mend it, and never quotes a secret.
struct Problem {
  std::string file;
  int line = 1;
  std::string text;

  friend bool operator==(const Problem&, const Problem&) = default;
};
/// "file:line: text".
std::string to_string(const Problem& problem);

/// Why `after` cannot be applied by a reload: one sentence per changed key; empty when it can.
std::vector<std::string> restart_reasons(const Config& before, const Config& after);

}  // namespace inboxd::config
