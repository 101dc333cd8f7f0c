// Reads the [[inbox]] tables in order, names checked to be unique, unknown keys refused by the channel's own list.
#include "daemon/config/inbox_tables.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "connectors/sdk/stream.hpp"
#include "daemon/config/key_tables.hpp"
#include "daemon/config/keys.hpp"
#include "daemon/config/suggest.hpp"

namespace inboxd::config {

namespace {

constexpr std::size_t inboxes_max = 1'000;  // each has its own health, pacing and poll

void refuse_unknown_keys(const toml::table& table, const connectors::Channel& channel, Values& values) {
  std::vector<std::string_view> known;
  for (const auto& row : inbox_keys()) known.push_back(row.key);
  for (const auto& setting : channel.settings) known.push_back(setting.key);
  for (const auto& [key, node] : table) {
    if (std::ranges::find(known, key.str()) != known.end()) continue;
    values.problem(Values::line_of(key), "unknown key \"" + std::string(key.str()) + "\" in an inbox of channel \"" +
                                             std::string(channel.name) + '"' + suggestion(key.str(), known) +
                                             "; it takes " + quoted_list(known));
  }
}

void read_settings(const toml::table& table, const connectors::Channel& channel, InboxSettings& inbox, Values& values) {
  for (const auto& definition : channel.settings) {
    const std::string key(definition.key);
    if (const toml::node* node = table.get(definition.key); node != nullptr) {
      if (auto value = values.read(*node, definition)) inbox.settings.values.insert_or_assign(key, *std::move(value));
    } else if (definition.presence == connectors::Presence::required) {
      values.problem(Values::line_of(table),
                     "inbox \"" + inbox.name + "\" lacks " + key + "; add it: " + std::string(definition.sentence));
    } else if (!definition.default_value.empty()) {
      inbox.settings.values.insert_or_assign(key, Values::default_of(definition));
    }
  }
}

/// What only the channel can judge. Its refusal names the key, which gives the line.
void try_channel(const toml::table& table, const connectors::Channel& channel, InboxSettings& inbox, Values& values) {
  if (!channel.make || values.mode() == SecretsMode::skip) return;
  const auto made = channel.make(inbox.settings);
  if (made.ok()) {
    const auto* receives = dynamic_cast<const connectors::ReceivesOriginals*>(made->get());
    inbox.only_handed_over = receives != nullptr && receives->only_handed_over();
    return;
  }
  int line = Values::line_of(table);
  std::size_t longest = 0;
  for (const auto& [key, node] : table) {
    if (key.str().size() <= longest || made.error().detail.find(key.str()) == std::string::npos) continue;
    longest = key.str().size();
    line = Values::line_of(key);
  }
  values.problem(line, "inbox \"" + inbox.name + "\": " + made.error().detail);
}

InboxSettings read_inbox(const toml::table& table, const std::vector<connectors::Channel>& channels, Values& values) {
  InboxSettings inbox;
  read_keys(inbox_keys(), "inbox", &table, Values::line_of(table), inbox, values);
  const auto channel = std::ranges::find(channels, std::string_view(inbox.connector), &connectors::Channel::name);
  if (channel == channels.end()) return inbox;  // already told
  const std::size_t before = values.problems().size();
  refuse_unknown_keys(table, *channel, values);
  read_settings(table, *channel, inbox, values);
  if (values.problems().size() == before) try_channel(table, *channel, inbox, values);
  return inbox;
}

}  // namespace

std::vector<InboxSettings> read_inboxes(const toml::node& node, const std::vector<connectors::Channel>& channels,
                                        Values& values) {
  const auto* array = node.as_array();
  if (array == nullptr || (!array->empty() && !array->is_array_of_tables())) {
    values.problem(Values::line_of(node), "inbox must be a list of tables; write [[inbox]] in double brackets");
    return {};
  }
  if (array->size() > inboxes_max) {
    values.problem(Values::line_of(node), "more than " + std::to_string(inboxes_max) + " inboxes; remove some");
    return {};
  }
  std::vector<InboxSettings> inboxes;
  std::map<std::string, int> line_by_name;
  for (const auto& entry : *array) {
    const auto& table = *entry.as_table();
    inboxes.push_back(read_inbox(table, channels, values));
    const auto& name = inboxes.back().name;
    const int line = Values::line_of(table);
    const auto [first, fresh] = line_by_name.emplace(name, line);
    if (!fresh && !name.empty())
      values.problem(line, "a second inbox is named \"" + name + "\" (the first is at line " +
                               std::to_string(first->second) + "); give it another name");
  }
  return inboxes;
}

}  // namespace inboxd::config
