// The objects that describe the desk itself: inboxes with what their channel can do, agents, teams. Written rarely.
#include "schemas/json/fields.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd {

using json_fields::field;

namespace {

void write_pace(JsonWriter& writer, std::string_view key, const Pace& pace) {
  writer.key(key);
  writer.begin_object();
  field(writer, "per_second", pace.per_second);
  field(writer, "burst", pace.burst);
  writer.end_object();
}

void write_media_limits(JsonWriter& writer, const std::vector<MediaLimit>& limits) {
  writer.key("media_limits");
  writer.begin_array();
  for (const auto& limit : limits) {
    writer.begin_object();
    field(writer, "mime_prefix", limit.mime_prefix);
    field(writer, "bytes_max", limit.bytes_max);
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

void write_json(JsonWriter& writer, const Capabilities& capabilities) {
  writer.begin_object();
  field(writer, "formatting", capabilities.formatting);
  field(writer, "attachments", capabilities.attachments);
  field(writer, "replies", capabilities.replies);
  field(writer, "edits", capabilities.edits);
  field(writer, "deletions", capabilities.deletions);
  field(writer, "reactions", capabilities.reactions);
  field(writer, "templates", capabilities.templates);
  field(writer, "starts_conversations", capabilities.starts_conversations);
  field(writer, "copies", capabilities.copies);
  field(writer, "typing", capabilities.typing);
  field(writer, "read_receipts", capabilities.read_receipts);
  field(writer, "reports_delivered", capabilities.reports_delivered);
  field(writer, "reports_read", capabilities.reports_read);
  field(writer, "settles_uncertain", capabilities.settles_uncertain);
  field(writer, "text_characters_max", capabilities.text_characters_max);
  field(writer, "caption_characters_max", capabilities.caption_characters_max);
  field(writer, "attachments_max", capabilities.attachments_max);
  write_media_limits(writer, capabilities.media_limits);
  writer.key("reply_window_ms");
  if (capabilities.reply_window)
    writer.number(capabilities.reply_window->count());
  else
    writer.null();
  write_pace(writer, "inbox_pace", capabilities.inbox_pace);
  write_pace(writer, "conversation_pace", capabilities.conversation_pace);
  writer.end_object();
}

void write_json(JsonWriter& writer, const InboxHealth& health) {
  writer.begin_object();
  field(writer, "state", health.state);
  field(writer, "code", health.code);
  field(writer, "detail", health.detail);
  field(writer, "since", health.since);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Inbox& inbox, const Capabilities* capabilities) {
  writer.begin_object();
  field(writer, "id", inbox.id);
  field(writer, "name", inbox.name);
  field(writer, "connector", inbox.connector);
  field(writer, "account", inbox.account);
  field(writer, "enabled", inbox.enabled);
  field(writer, "removed", inbox.removed);
  writer.key("health");
  write_json(writer, inbox.health);
  field(writer, "outbound_paused", inbox.outbound_paused);
  writer.key("capabilities");
  if (capabilities != nullptr)
    write_json(writer, *capabilities);
  else
    writer.null();
  field(writer, "version", inbox.version);
  writer.end_object();
}

namespace {

void write_person(JsonWriter& writer, const Agent& agent) {
  field(writer, "id", agent.id);
  field(writer, "email", agent.email);
  field(writer, "name", agent.name);
  field(writer, "role", agent.role);
  field(writer, "all_inboxes", agent.all_inboxes);
}

}  // namespace

void write_json(JsonWriter& writer, const Agent& agent, std::span<const std::string> inbox_names) {
  writer.begin_object();
  write_person(writer, agent);
  writer.key("inboxes");
  writer.begin_array();
  if (!agent.all_inboxes)
    for (const auto& name : inbox_names) writer.string(name);
  writer.end_array();
  field(writer, "disabled_at", agent.disabled_at);
  field(writer, "version", agent.version);
  writer.end_object();
}

void write_agent_summary(JsonWriter& writer, const Agent& agent) {
  writer.begin_object();
  write_person(writer, agent);
  field(writer, "disabled_at", agent.disabled_at);
  field(writer, "version", agent.version);
  writer.end_object();
}

void write_json(JsonWriter& writer, const Team& team) {
  writer.begin_object();
  field(writer, "id", team.id);
  field(writer, "name", team.name);
  writer.key("members");
  writer.begin_array();
  for (const AgentId member : team.members) writer.id(member);
  writer.end_array();
  writer.end_object();
}

}  // namespace inboxd
