// /v1/conversations: lists, one conversation, its messages, and the writes that concern it.
#include "daemon/core/access/authorize.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/api/resources.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

constexpr int search_hits_max = 1'000;  // conversations that `q` narrows a list to

struct ListRequest {
  storage::ConversationFilter filter;
  std::vector<std::string> inbox_names;
  std::string words;
  std::optional<storage::ConversationPosition> after;
  int limit = list_default;
};

std::optional<storage::ConversationSort> parse_sort(const std::string& text) {
  if (text == "last_message_at" || text == "newest") return storage::ConversationSort::newest_message;
  if (text == "oldest") return storage::ConversationSort::oldest_message;
  if (text == "created_at") return storage::ConversationSort::created;
  if (text == "number") return storage::ConversationSort::number;
  return std::nullopt;
}

std::int64_t sort_key(storage::ConversationSort sort, const Conversation& conversation) {
  switch (sort) {
    case storage::ConversationSort::newest_message:
    case storage::ConversationSort::oldest_message:
      return to_unix_ms(conversation.last_message_at);
    case storage::ConversationSort::created:
      return to_unix_ms(conversation.created_at);
    case storage::ConversationSort::number:
      return conversation.number;
  }
  return 0;
}

Result<void> parse_filter(const Query& query, storage::ConversationFilter& filter) {
  for (const auto& word : query.all("status")) {
    const auto status = parse_enum<ConversationStatus>(word);
    if (!status) return bad_request("`status` takes open, pending, snoozed, resolved or closed");
    filter.statuses.push_back(*status);
  }
  if (const auto assignee = query.find("assignee")) {
    if (*assignee == "none") {
      filter.unassigned = true;
    } else {
      filter.assignee = parse_id<AgentId>(*assignee);
      if (!filter.assignee) return bad_request("`assignee` takes an agent's id or \"none\"");
    }
  }
  filter.tag = query.find("tag");
  if (const auto sort = query.find("sort")) {
    const auto parsed = parse_sort(*sort);
    if (!parsed) return bad_request("`sort` takes last_message_at, oldest, created_at or number");
    filter.sort = *parsed;
  }
  return {};
}

Result<ListRequest> parse_list(const Request& request) {
  const Query query(request.query);
  ListRequest wanted;
  if (auto fine = parse_filter(query, wanted.filter); !fine) return fine.error();
  wanted.inbox_names = query.all("inbox");
  wanted.words = query.find("q").value_or("");
  const auto limit = query.limit();
  if (!limit) return limit.error();
  wanted.limit = *limit;
  if (const auto after = query.find("after")) {
    const auto position = parse_position(*after);
    if (!position || position->size() != 2) return bad_position();
    wanted.after = storage::ConversationPosition{(*position)[0], ConversationId{(*position)[1]}};
  }
  return wanted;
}

Result<void> resolve_inboxes(const storage::Tables& tables, const Agent& viewer, ListRequest& wanted) {
  for (const auto& name : wanted.inbox_names) {
    const auto inbox = tables.inboxes().find_by_name(name);
    if (!inbox || !viewer.sees(inbox->id)) return not_found("there is no inbox " + name);
    wanted.filter.inboxes.push_back(inbox->id);
  }
  return {};
}

std::string cursor_field(const command_bus::ReadSources& sources, const std::string& epoch) {
  return R"(,"cursor":")" + to_string(Cursor{epoch, sources.tables.events().head()}) + '"';
}

Result<std::string> list_conversations(const command_bus::ReadSources& sources, const Agent& viewer, ListRequest wanted,
                                       const std::string& epoch) {
  if (auto fine = resolve_inboxes(sources.tables, viewer, wanted); !fine) return fine.error();
  if (!wanted.words.empty()) {
    const auto& inboxes = wanted.filter.inboxes.empty() && !viewer.all_inboxes ? viewer.inboxes : wanted.filter.inboxes;
    const bool nothing_visible = inboxes.empty() && !viewer.all_inboxes;
    wanted.filter.only =
        nothing_visible ? std::vector<ConversationId>{} : sources.search.find(wanted.words, inboxes, search_hits_max);
  }
  const auto rows = sources.tables.conversations().list(viewer, wanted.filter, wanted.after, wanted.limit + 1);
  return page_body(
      rows, wanted.limit, to_json_text<Conversation>,
      [sort = wanted.filter.sort](const Conversation& last) {
        return position_text({sort_key(sort, last), last.id.value});
      },
      cursor_field(sources, epoch));
}

Result<std::string> show_conversation(const command_bus::ReadSources& sources, const Agent& viewer, ConversationId id,
                                      const std::string& epoch) {
  const auto conversation = core::visible_conversation(sources.tables, viewer, id);
  if (!conversation) return conversation.error();
  auto body = to_json_text(*conversation);
  body.pop_back();
  return body + cursor_field(sources, epoch) + '}';
}

Result<std::string> list_messages(const command_bus::ReadSources& sources, const Agent& viewer, ConversationId id,
                                  storage::MessagePage page, const std::string& epoch) {
  const auto conversation = core::visible_conversation(sources.tables, viewer, id);
  if (!conversation) return conversation.error();
  const int limit = page.limit++;
  return message_page_body(sources.tables.messages().of_conversation(id, page), limit, cursor_field(sources, epoch));
}

}  // namespace

void add_conversation_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/conversations", {}, [&surroundings](const Request& request, Responder respond) {
    const auto wanted = parse_list(request);
    answer_read(surroundings, request, std::move(respond),
                [wanted, epoch = surroundings.hub.epoch()](const command_bus::ReadSources& sources,
                                                           const Agent& viewer) -> Result<std::string> {
                  if (!wanted) return wanted.error();
                  return list_conversations(sources, viewer, *wanted, epoch);
                });
  });
  router.add("GET", "/v1/conversations/{}", {}, [&surroundings](const Request& request, Responder respond) {
    const auto id = path_id<ConversationId>(request, "conversation");
    answer_read(surroundings, request, std::move(respond),
                [id, epoch = surroundings.hub.epoch()](const command_bus::ReadSources& sources,
                                                       const Agent& viewer) -> Result<std::string> {
                  if (!id) return id.error();
                  return show_conversation(sources, viewer, *id, epoch);
                });
  });
  router.add("GET", "/v1/conversations/{}/messages", {}, [&surroundings](const Request& request, Responder respond) {
    const auto id = path_id<ConversationId>(request, "conversation");
    const auto page = parse_message_page(request);
    answer_read(surroundings, request, std::move(respond),
                [id, page, epoch = surroundings.hub.epoch()](const command_bus::ReadSources& sources,
                                                             const Agent& viewer) -> Result<std::string> {
                  if (!id) return id.error();
                  if (!page) return page.error();
                  return list_messages(sources, viewer, *id, *page, epoch);
                });
  });
  router.add("POST", "/v1/conversations", {}, [&surroundings](const Request& request, Responder respond) {
    answer_with_body(surroundings, request, std::move(respond), {"conversation.start", 201, "", {}});
  });
  router.add("PATCH", "/v1/conversations/{}", {}, [&surroundings](const Request& request, Responder respond) {
    answer_with_body(surroundings, request, std::move(respond), {"conversation.update", 200, "conversation", {}});
  });
  router.add("POST", "/v1/conversations/{}/messages", {}, [&surroundings](const Request& request, Responder respond) {
    answer_with_body(surroundings, request, std::move(respond), {"message.send", 202, "conversation", {}});
  });
  router.add("POST", "/v1/conversations/{}/read", {}, [&surroundings](const Request& request, Responder respond) {
    const auto tell = [&surroundings](const core::Outcome& outcome) {
      if (outcome.sequence > 0) surroundings.tell_read(ConversationId{outcome.id});
    };
    answer_with_body(surroundings, request, std::move(respond), {"conversation.read", 200, "conversation", tell});
  });
}

}  // namespace inboxd::http
