// /v1/me, /v1/agents, /v1/teams, /v1/inboxes and their quarantine.
#include "daemon/core/access/authorize.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/api/resources.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

/// Only names that the viewer sees as well.
std::string show_agent(const Agent& agent, const std::vector<Inbox>& inboxes, const Agent& viewer) {
  std::vector<std::string> names;
  for (const auto& inbox : inboxes)
    if (!agent.all_inboxes && agent.sees(inbox.id) && viewer.sees(inbox.id)) names.push_back(inbox.name);
  std::string text;
  JsonWriter writer(text);
  write_json(writer, agent, names);
  return text;
}

/// The agent and what the token may do, by the words of core::Action.
Result<std::string> show_me(const command_bus::ReadSources& sources, const Agent& viewer) {
  auto body = show_agent(viewer, sources.tables.inboxes().list(), viewer);
  body.pop_back();
  body += R"(,"permissions":)";
  JsonWriter writer(body);
  writer.begin_array();
  for (const auto& [action, name] : EnumNames<core::Action>::table)
    if (core::authorize(viewer, action, {}) == core::Access::allowed) writer.string(name);
  writer.end_array();
  return body + '}';
}

Result<std::string> list_agents(const command_bus::ReadSources& sources, const Agent& viewer) {
  const auto inboxes = sources.tables.inboxes().list();
  std::vector<std::string> items;
  for (const auto& agent : sources.tables.agents().list()) items.push_back(show_agent(agent, inboxes, viewer));
  return list_body(items, "");
}

Result<std::string> list_teams(const command_bus::ReadSources& sources, const Agent&) {
  std::vector<std::string> items;
  for (const auto& team : sources.tables.agents().teams()) items.push_back(to_json_text(team));
  return list_body(items, "");
}

Result<std::string> list_inboxes(const command_bus::ReadSources& sources, const Agent& viewer,
                                 const core::ChannelDirectory& channels) {
  std::vector<std::string> items;
  for (const auto& inbox : sources.tables.inboxes().list()) {
    if (!viewer.sees(inbox.id)) continue;
    const auto* connector = channels.find(inbox.id);
    std::string text;
    JsonWriter writer(text);
    write_json(writer, inbox, connector != nullptr ? &connector->capabilities() : nullptr);
    items.push_back(std::move(text));
  }
  return list_body(items, "");
}

struct ShownOriginal {
  std::uint64_t size = 0;
  std::optional<std::string> start;  // as much as is shown; nothing: the viewer may not see it
};

/// A large one is read where its row is.
ShownOriginal start_of(const storage::RawOriginal& original, const storage::Blobs& blobs) {
  if (original.blob_hash.empty()) return {original.body.size(), original.body};
  const auto blob = blobs.open(original.blob_hash);
  if (!blob) return {};
  std::string start(message_text_bytes_max + 1, '\0');
  const auto count = blob->read(start);
  start.resize(count ? *count : 0);
  return {blob->size(), std::move(start)};
}

std::string show_quarantined(const storage::QuarantineRow& row, const std::optional<ShownOriginal>& original) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("id");
  writer.id(row.id);
  writer.key("reason");
  writer.string(row.reason_code);
  writer.key("detail");
  writer.string(row.detail);
  writer.key("received_at");
  writer.time(row.received_at);
  writer.key("size");
  writer.number(original ? original->size : 0);
  writer.key("raw");
  // Bytes that are not UTF-8 are shown as replacement characters.
  if (original && original->start) {
    writer.string(cut_utf8(*original->start, message_text_bytes_max));
  } else {
    writer.null();
  }
  writer.end_object();
  return text;
}

Result<std::string> list_quarantine(const command_bus::ReadSources& sources, const Agent& viewer,
                                    const std::string& name, const Query& query, const storage::Blobs& blobs) {
  const auto inbox = sources.tables.inboxes().find_by_name(name);
  if (!inbox) return not_found("there is no inbox " + name);
  if (auto allowed = core::require(viewer, core::Action::see_quarantine, {inbox->id}, "inbox " + name); !allowed)
    return allowed.error();
  const auto limit = query.limit();
  if (!limit) return limit.error();
  const auto after = query.after<QuarantineId>();
  if (!after) return after.error();
  const auto& originals = sources.tables.originals();
  const auto show = [&](const storage::QuarantineRow& row) {
    const auto original = originals.find(row.original);
    if (!original) return show_quarantined(row, std::nullopt);
    auto shown = start_of(*original, blobs);
    if (!sees_whole(sources.tables, row.original, viewer)) shown.start.reset();
    return show_quarantined(row, shown);
  };
  return page_body(originals.quarantine(inbox->id, *after, *limit + 1), *limit, show, position_by_id);
}

}  // namespace

void add_people_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/me", {}, [&surroundings](const Request& request, Responder respond) {
    answer_read(surroundings, request, std::move(respond), show_me);
  });
  router.add("GET", "/v1/agents", {}, [&surroundings](const Request& request, Responder respond) {
    answer_read(surroundings, request, std::move(respond), list_agents);
  });
  router.add("GET", "/v1/teams", {}, [&surroundings](const Request& request, Responder respond) {
    answer_read(surroundings, request, std::move(respond), list_teams);
  });
  router.add("GET", "/v1/inboxes", {}, [&surroundings](const Request& request, Responder respond) {
    answer_read(surroundings, request, std::move(respond),
                [channels = surroundings.channels()](const command_bus::ReadSources& sources, const Agent& viewer) {
                  return list_inboxes(sources, viewer, *channels);
                });
  });
  router.add("GET", "/v1/inboxes/{}/quarantine", {}, [&surroundings](Request request, Responder respond) {
    answer_read(surroundings, request, std::move(respond),
                [name = request.captures[0], query = Query(request.query), &blobs = surroundings.blobs](
                    const command_bus::ReadSources& sources, const Agent& viewer) {
                  return list_quarantine(sources, viewer, name, query, blobs);
                });
  });
}

}  // namespace inboxd::http
