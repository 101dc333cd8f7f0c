#include "daemon/live/snapshot.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "schemas/json/objects.hpp"

namespace inboxd::live {
namespace {

/// Objects of one kind, serialised one by one.
using Objects = std::vector<std::string>;

Objects conversations_of(const storage::Tables& tables, const Filter& filter, bool& more) {
  storage::ConversationFilter wanted;
  wanted.statuses = {ConversationStatus::open, ConversationStatus::pending, ConversationStatus::snoozed};
  if (filter.inboxes()) wanted.inboxes = *filter.inboxes();
  Objects objects;
  if (filter.inboxes() && filter.inboxes()->empty()) return objects;
  const auto rows = tables.conversations().list(filter.viewer(), wanted, std::nullopt, snapshot_conversations_max + 1);
  more = rows.size() > snapshot_conversations_max;
  for (const auto& row : rows) {
    if (objects.size() == snapshot_conversations_max) break;
    objects.push_back(to_json_text(row));
  }
  return objects;
}

Objects agents_of(const storage::Tables& tables, const std::vector<Inbox>& inboxes, const Filter& filter) {
  Objects objects;
  for (const auto& agent : tables.agents().list()) {
    std::vector<std::string> names;
    for (const auto& inbox : inboxes)
      if (!agent.all_inboxes && agent.sees(inbox.id) && filter.viewer().sees(inbox.id)) names.push_back(inbox.name);
    std::string text;
    JsonWriter writer(text);
    write_json(writer, agent, names);
    objects.push_back(std::move(text));
  }
  return objects;
}

Objects inboxes_of(const std::vector<Inbox>& inboxes, const core::ChannelDirectory& channels, const Filter& filter) {
  Objects objects;
  for (const auto& inbox : inboxes) {
    if (!filter.sees({inbox.id})) continue;
    const auto* connector = channels.find(inbox.id);
    std::string text;
    JsonWriter writer(text);
    write_json(writer, inbox, connector != nullptr ? &connector->capabilities() : nullptr);
    objects.push_back(std::move(text));
  }
  return objects;
}

/// Takes from the front of `objects` what still fits into the part, as a JSON array.
std::string take(Objects& objects, std::size_t& room) {
  std::string array = "[";
  std::size_t taken = 0;
  for (; taken < objects.size(); ++taken) {
    if (objects[taken].size() + 1 > room && array.size() > 1) break;
    if (objects[taken].size() + 1 > room && room < snapshot_part_bytes_max) break;
    if (taken > 0) array += ',';
    array += objects[taken];
    room -= std::min(room, objects[taken].size() + 1);
  }
  objects.erase(objects.begin(), objects.begin() + static_cast<std::ptrdiff_t>(taken));
  return array + ']';
}

}  // namespace

Snapshot take_snapshot(const command_bus::ReadSources& sources, const core::ChannelDirectory& channels,
                       const std::string& epoch, const std::string& subscription, const Filter& filter) {
  Snapshot snapshot;
  snapshot.head = sources.tables.events().head();
  bool more = false;
  const auto rows = sources.tables.inboxes().list();
  Objects conversations = conversations_of(sources.tables, filter, more);
  Objects agents = agents_of(sources.tables, rows, filter);
  Objects inboxes = inboxes_of(rows, channels, filter);
  const std::string cursor = to_string(Cursor{epoch, snapshot.head});

  bool last = false;
  for (int part = 1; !last; ++part) {
    std::size_t room = snapshot_part_bytes_max;
    const auto inbox_array = take(inboxes, room);
    const auto agent_array = take(agents, room);
    const auto conversation_array = take(conversations, room);
    last = inboxes.empty() && agents.empty() && conversations.empty();
    snapshot.frames.push_back(
        fmt::format(R"({{"type":"snapshot","subscription":"{}","part":{},"last":{},"cursor":"{}",)"
                    R"("conversations":{},"more":{},"agents":{},"inboxes":{}}})",
                    subscription, part, last, cursor, conversation_array, more, agent_array, inbox_array));
  }
  return snapshot;
}

}  // namespace inboxd::live
