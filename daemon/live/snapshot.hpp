// What a client starts from when it has no cursor: the conversations that want work, the people and the inboxes, all
// of one moment, cut into frames.
#pragma once

#include <string>
#include <vector>

#include "daemon/command_bus/readers.hpp"
#include "daemon/live/filter.hpp"

namespace inboxd::live {

inline constexpr int snapshot_conversations_max = 1'000;
inline constexpr std::size_t snapshot_part_bytes_max = 128U << 10U;  // a server frame stays under 256 KiB

struct Snapshot {
  std::int64_t head = 0;
  std::vector<std::string> frames;
};

Snapshot take_snapshot(const command_bus::ReadSources& sources, const core::ChannelDirectory& channels,
                       const std::string& epoch, const std::string& subscription, const Filter& filter);

}  // namespace inboxd::live
