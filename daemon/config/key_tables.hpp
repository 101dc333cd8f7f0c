// Fills a struct from a TOML table by the rows of the table of keys: defaults first, then what the file says.
#pragma once

#include <string>
#include <vector>

#include <toml++/toml.h>

#include "daemon/config/keys.hpp"
#include "daemon/config/values.hpp"

namespace inboxd::config {

/// Puts a row's default, which is written like a value in the file and checked like one.
template <class Target>
void put_default(const KeyDefinition<Target>& row, Target& target, Values& values) {
  if (row.default_literal.empty()) return;
  const auto parsed = toml::parse("value = " + std::string(row.default_literal));
  if (const auto value = values.read(*parsed.get("value"), row)) row.put(target, *value);
}

/// Reads the keys of `section` that `table` has; `table` may be null. Leaves unknown keys to the caller.
template <class Target>
void read_keys(const std::vector<KeyDefinition<Target>>& rows, std::string_view section, const toml::table* table,
               int line, Target& target, Values& values) {
  for (const auto& row : rows) {
    if (row.section != section) continue;
    put_default(row, target, values);
    const toml::node* node = table == nullptr ? nullptr : table->get(row.key);
    if (node != nullptr) {
      if (const auto value = values.read(*node, row)) row.put(target, *value);
    } else if (row.presence == connectors::Presence::required) {
      values.problem(line, std::string(row.key) + " is missing; add it: " + std::string(row.sentence));
    }
  }
}

}  // namespace inboxd::config
