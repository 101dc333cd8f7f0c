// The raw floor: what SQLite alone can commit on this machine and folder. The rows of each message, as the daemon's
// tables have them in the end, written once by prepared statements in groups of 64; no port, no parsing, no network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "tests/bench/traffic.hpp"

namespace inboxd::bench {

inline constexpr int floor_group = 64;  // messages per transaction

/// Messages per second. `known`: so many customers wrote before, outside the measured time; then `messages` are
/// written by them in turn, or each by a new customer when `known` is 0. Makes its database in `folder`.
double measure_floor(const std::filesystem::path& folder, std::int64_t messages, const Customers& customers);

/// A store in `folder` as after so many messages, of words drawn as people use them; as quick as the floor.
void fill_store(const std::filesystem::path& folder, std::int64_t messages, const Customers& customers);
/// A word of those messages: 0 is the most frequent.
std::string word(std::int64_t rank);

/// Rows in each table that messages fill, of a closed database.
std::map<std::string, std::int64_t> count_rows(const std::filesystem::path& database);

}  // namespace inboxd::bench
