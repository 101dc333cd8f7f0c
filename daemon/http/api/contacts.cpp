// /v1/contacts: people, their whole history, merging and taking apart.
#include "daemon/core/contacts/change.hpp"
#include "daemon/http/api/contact_view.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/api/resources.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

constexpr std::size_t words_bytes_max = 200;  // of `q`

Result<storage::ContactPage> parse_contact_page(const Request& request) {
  const Query query(request.query);
  storage::ContactPage page;
  page.query = query.find("q").value_or("");
  if (page.query.size() > words_bytes_max) return bad_request("`q` takes up to " + std::to_string(words_bytes_max) + " bytes");
  const auto limit = query.limit();
  if (!limit) return limit.error();
  page.limit = *limit;
  if (const auto after = query.find("after")) {
    const auto position = parse_position(*after);
    if (!position) return bad_request("`after` takes the `next` of the page before");
    page.after = ContactId{position->front()};
  }
  return page;
}

Result<std::string> list_contacts(const command_bus::ReadSources& sources, const Agent& viewer,
                                  const storage::ContactPage& wanted) {
  auto page = wanted;
  ++page.limit;
  const auto rows = sources.tables.contacts().list(viewer, page);
  std::vector<std::string> items;
  for (const auto& row : rows)
    if (static_cast<int>(items.size()) < wanted.limit) items.push_back(to_json_text(cut_to_inboxes(row, viewer)));
  const bool more = rows.size() > items.size();
  return list_body(items, more ? position_text({rows[items.size() - 1].id.value}) : "");
}

Result<std::string> show_contact(const command_bus::ReadSources& sources, const Agent& viewer, ContactId id) {
  const auto contact = core::visible_contact(sources.tables, viewer, id);
  if (!contact) return contact.error();
  return to_json_text(cut_to_inboxes(*contact, viewer));
}

Result<std::string> list_history(const command_bus::ReadSources& sources, const Agent& viewer, ContactId id,
                                 const Query& query) {
  const auto contact = core::visible_contact(sources.tables, viewer, id);
  if (!contact) return contact.error();
  const auto limit = query.limit();
  if (!limit) return limit.error();
  storage::MessagePage page;
  page.limit = *limit + 1;
  if (query.find("order").value_or("asc") == "desc") page.order = storage::MessageOrder::newest_first;
  if (const auto after = query.find("after")) {
    const auto position = parse_position(*after);
    if (!position) return bad_request("`after` takes the `next` of the page before");
    page.after = MessageId{position->front()};
  }
  const auto rows = sources.tables.messages().of_contact(id, viewer, page);
  std::vector<std::string> items;
  for (const auto& row : rows)
    if (static_cast<int>(items.size()) < *limit) items.push_back(to_json_text(row));
  const bool more = rows.size() > items.size();
  return list_body(items, more ? position_text({rows[items.size() - 1].id.value}) : "");
}

}  // namespace

void add_contact_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/contacts", {}, [&surroundings](Request request, Responder respond) {
    const auto page = parse_contact_page(request);
    answer_read(surroundings, request, std::move(respond),
                [page](const command_bus::ReadSources& sources, const Agent& viewer) -> Result<std::string> {
                  if (!page) return page.error();
                  return list_contacts(sources, viewer, *page);
                });
  });
  router.add("GET", "/v1/contacts/{}", {}, [&surroundings](Request request, Responder respond) {
    const auto id = parse_id<ContactId>(request.captures[0]).value_or(ContactId{});
    answer_read(surroundings, request, std::move(respond),
                [id](const command_bus::ReadSources& sources, const Agent& viewer) { return show_contact(sources, viewer, id); });
  });
  router.add("GET", "/v1/contacts/{}/messages", {}, [&surroundings](Request request, Responder respond) {
    const auto id = parse_id<ContactId>(request.captures[0]).value_or(ContactId{});
    answer_read(surroundings, request, std::move(respond),
                [id, query = Query(request.query)](const command_bus::ReadSources& sources, const Agent& viewer) {
                  return list_history(sources, viewer, id, query);
                });
  });
  const auto add_write = [&](std::string method, std::string pattern, std::string command) {
    router.add(std::move(method), std::move(pattern), {}, [&surroundings, command](Request request, Responder respond) {
      answer_with_body(surroundings, request, std::move(respond), {command, 200, "contact", {}});
    });
  };
  add_write("PATCH", "/v1/contacts/{}", "contact.update");
  add_write("POST", "/v1/contacts/{}/merge", "contact.merge");
  add_write("POST", "/v1/contacts/{}/split", "contact.split");
}

}  // namespace inboxd::http
