// The one table of configuration keys: name, type, default, limits, a sentence, and where the value goes. The reader,
// the messages and the test of schemas/config all follow it. A channel's own keys are not here: the channel lists them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/sdk/settings.hpp"
#include "daemon/config/config.hpp"

namespace inboxd::config {

enum class KeyType {
  text,       // with `allowed`: one of these words
  name,       // [a-z0-9-]{1,32}
  address,    // "IP:port"; empty text: none
  local,      // "IP:port" on loopback, or the absolute path of a Unix socket; empty text: none
  url,        // http or https, no path beyond "/"
  path,       // resolved against the folder of the file
  integer,    // between `least` and `most`
  flag,       // true or false
  secret,     // text of at least `least` characters, or where to read it; see secrets.cpp
  networks,   // a list of IP addresses and CIDR networks
  connector,  // the name of a channel
};

using KeyValue = std::variant<std::string, bool, std::int64_t, std::vector<std::string>, Address>;

template <class Target>
struct KeyDefinition {
  std::string_view section;  // "server"; "inbox" for what every [[inbox]] takes
  std::string_view key;
  KeyType type = KeyType::text;
  std::string_view default_literal;  // as it would stand in the file; empty: none
  std::string_view sentence;
  void (*put)(Target&, const KeyValue&) = nullptr;
  connectors::Presence presence = connectors::Presence::optional;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view allowed{};  // the only words, divided by spaces; empty: any
};

const std::vector<KeyDefinition<Config>>& keys();
const std::vector<KeyDefinition<InboxSettings>>& inbox_keys();

}  // namespace inboxd::config
