// Single values: text, numbers, addresses, lists. Secrets are in secrets.cpp.
#include "daemon/config/values.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "daemon/config/addresses.hpp"
#include "daemon/config/suggest.hpp"

namespace inboxd::config {

namespace {

constexpr std::size_t name_max = 32;      // an inbox's name is a path segment and a metric's label
constexpr std::size_t list_max = 1'000;   // entries of one list
constexpr std::size_t text_max = 16'384;  // bytes of one text

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= name_max &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

Values::Values(std::filesystem::path file, const Environment& environment, SecretsMode mode,
               std::vector<std::string_view> channel_names)
    : file_(std::move(file)), environment_(environment), mode_(mode), channel_names_(std::move(channel_names)) {}

std::optional<KeyValue> Values::read(const toml::node& node, const Wanted& wanted) {
  switch (wanted.type) {
    case KeyType::integer:
      if (const auto found = integer(node, wanted)) return *found;
      return std::nullopt;
    case KeyType::flag:
      if (const auto found = flag(node, wanted.key)) return *found;
      return std::nullopt;
    case KeyType::secret: {
      auto found = secret(node, wanted.key);
      if (!found || mode_ == SecretsMode::skip) return found ? std::optional<KeyValue>(*found) : std::nullopt;
      if (static_cast<std::int64_t>(found->size()) >= wanted.least) return KeyValue(*found);
      problem(line_of(node), std::string(wanted.key) + " is shorter than " + std::to_string(wanted.least) +
                                 " characters; make one with: openssl rand -hex 32");
      return std::nullopt;
    }
    case KeyType::networks: {
      auto found = text_list(node, wanted.key);
      if (!found) return std::nullopt;
      for (const auto& network : *found)
        if (!is_network(network))
          problem(line_of(node), std::string(wanted.key) + ": \"" + network +
                                     "\" is neither an IP address nor a network; write \"10.0.0.1\" or \"10.0.0.0/8\"");
      return *std::move(found);
    }
    case KeyType::text:
    case KeyType::name:
    case KeyType::address:
    case KeyType::local:
    case KeyType::url:
    case KeyType::path:
    case KeyType::connector:
      return word(node, wanted);
  }
  return std::nullopt;
}

std::optional<KeyValue> Values::word(const toml::node& node, const Wanted& wanted) {
  const auto found = text(node, wanted.key);
  if (!found) return std::nullopt;
  const std::string shown = std::string(wanted.key) + " = \"" + *found + "\" ";
  const auto refuse = [&](const std::string& why) {
    problem(line_of(node), shown + why);
    return std::optional<KeyValue>();
  };
  if (wanted.type == KeyType::address) {
    if (found->empty() && wanted.key == "metrics") return KeyValue(Address{});
    if (auto address = parse_address(*found)) return KeyValue(*address);
    return refuse("is not an address; write an IP address and a port, like \"127.0.0.1:8800\" or \"[::1]:8800\"");
  }
  if (wanted.type == KeyType::local) {
    if (found->starts_with('/') && found->size() > socket_path_max)
      return refuse("is longer than " + std::to_string(socket_path_max) + " bytes, which a Unix socket cannot have");
    if (found->empty() || found->starts_with('/')) return KeyValue(*found);
    const auto address = parse_address(*found);
    if (!address)
      return refuse("is neither an address with a port, like \"127.0.0.1:8824\", nor the absolute path of a socket");
    if (is_loopback(address->host)) return KeyValue(to_string(*address));
    return refuse(
        "can be reached from other machines, and whoever connects there needs no login; write a loopback "
        "address, like \"127.0.0.1:8824\", or the absolute path of a socket");
  }
  if (wanted.type == KeyType::url) {
    if (is_origin(*found)) return KeyValue(without_trailing_slash(*found));
    return refuse("is not the URL of an origin; write it like \"https://inbox.example.com\", without a path");
  }
  if (wanted.type == KeyType::path) {
    if (!found->empty()) return KeyValue(resolved(*found).string());
    return refuse("is empty; write a path or remove the key");
  }
  if (wanted.type == KeyType::name && !is_name(*found))
    return refuse("is not a name; use 1 to 32 of a-z, 0-9 and \"-\"");
  if (wanted.type == KeyType::connector && std::ranges::find(channel_names_, *found) == channel_names_.end())
    return refuse("is no channel of this program" + suggestion(*found, channel_names_) + "; it has " +
                  (channel_names_.empty() ? "none" : quoted_list(channel_names_)));
  if (!wanted.allowed.empty() && std::ranges::find(wanted.allowed, *found) == wanted.allowed.end())
    return refuse("is not one of " + quoted_list(wanted.allowed) + suggestion(*found, wanted.allowed));
  return KeyValue(*found);
}

std::optional<std::string> Values::text(const toml::node& node, std::string_view key) {
  auto found = node.value<std::string>();
  if (!node.is_string() || !found) {
    problem(line_of(node), std::string(key) + " must be text in quotes");
    return std::nullopt;
  }
  if (found->size() > text_max || found->find('\0') != std::string::npos) {
    problem(line_of(node), std::string(key) + " is longer than " + std::to_string(text_max) +
                               " bytes or contains a zero byte; shorten it");
    return std::nullopt;
  }
  return found;
}

std::optional<std::int64_t> Values::integer(const toml::node& node, const Wanted& wanted) {
  const auto found = node.value<std::int64_t>();
  const std::string key(wanted.key);
  if (!node.is_integer() || !found) {
    problem(line_of(node), key + " must be a whole number");
    return std::nullopt;
  }
  if (*found < wanted.least || *found > wanted.most) {
    problem(line_of(node), key + " = " + std::to_string(*found) + " is out of range; use " +
                               std::to_string(wanted.least) + " to " + std::to_string(wanted.most));
    return std::nullopt;
  }
  return found;
}

std::optional<bool> Values::flag(const toml::node& node, std::string_view key) {
  if (const auto* found = node.as_boolean()) return found->get();
  problem(line_of(node), std::string(key) + " must be true or false");
  return std::nullopt;
}

std::optional<std::vector<std::string>> Values::text_list(const toml::node& node, std::string_view key) {
  const auto* array = node.as_array();
  if (array == nullptr || array->size() > list_max) {
    problem(line_of(node), std::string(key) + " must be a list of at most " + std::to_string(list_max) +
                               " texts, like [\"a\", \"b\"]");
    return std::nullopt;
  }
  std::vector<std::string> list;
  for (const auto& entry : *array) {
    auto found = text(entry, "an entry of " + std::string(key));
    if (!found) return std::nullopt;
    list.push_back(*std::move(found));
  }
  return list;
}

void Values::problem(int line, std::string text) {
  problems_.push_back({file_.string(), std::max(line, 1), std::move(text)});
}

int Values::line_of(const toml::node& node) { return static_cast<int>(node.source().begin.line); }
int Values::line_of(const toml::key& key) { return static_cast<int>(key.source().begin.line); }

std::vector<Problem> Values::problems() const {
  auto sorted = problems_;
  std::ranges::stable_sort(sorted, {}, &Problem::line);
  return sorted;
}

std::vector<std::string> Values::secrets() const {
  auto sorted = secrets_;
  std::ranges::sort(sorted, [](const auto& left, const auto& right) {
    return left.size() != right.size() ? left.size() > right.size() : left < right;
  });
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

std::filesystem::path Values::resolved(const std::string& path) const {
  return (file_.parent_path() / path).lexically_normal();
}

}  // namespace inboxd::config
