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
  if (page.query.size() > words_bytes_max)
    return bad_request("`q` takes up to " + std::to_string(words_bytes_max) + " bytes");
  const auto limit = query.limit();
  if (!limit) return limit.error();
  page.limit = *limit;
  const auto after = query.after<ContactId>();
  if (!after) return after.error();
  page.after = *after;
  return page;
}

std::string list_contacts(const command_bus::ReadSources& sources, const Agent& viewer, storage::ContactPage page) {
  const int limit = page.limit++;
  const auto show = [&viewer](const Contact& contact) { return to_json_text(cut_to_inboxes(contact, viewer)); };
  return page_body(sources.tables.contacts().list(viewer, page), limit, show, position_by_id);
}

Result<std::string> show_contact(const command_bus::ReadSources& sources, const Agent& viewer, ContactId id) {
  const auto contact = core::visible_contact(sources.tables, viewer, id);
  if (!contact) return contact.error();
  return to_json_text(cut_to_inboxes(*contact, viewer));
}

Result<std::string> list_history(const command_bus::ReadSources& sources, const Agent& viewer, ContactId id,
                                 storage::MessagePage page) {
  const auto contact = core::visible_contact(sources.tables, viewer, id);
  if (!contact) return contact.error();
  const int limit = page.limit++;
  return message_page_body(sources.tables.messages().of_contact(id, viewer, page), limit);
}

}  // namespace

void add_contact_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/contacts", {}, [&surroundings](const Request& request, Responder respond) {
    const auto page = parse_contact_page(request);
    answer_read(surroundings, request, std::move(respond),
                [page](const command_bus::ReadSources& sources, const Agent& viewer) -> Result<std::string> {
                  if (!page) return page.error();
                  return list_contacts(sources, viewer, *page);
                });
  });
  router.add("GET", "/v1/contacts/{}", {}, [&surroundings](const Request& request, Responder respond) {
    const auto id = path_id<ContactId>(request, "contact");
    answer_read(surroundings, request, std::move(respond),
                [id](const command_bus::ReadSources& sources, const Agent& viewer) -> Result<std::string> {
                  if (!id) return id.error();
                  return show_contact(sources, viewer, *id);
                });
  });
  router.add("GET", "/v1/contacts/{}/messages", {}, [&surroundings](const Request& request, Responder respond) {
    const auto id = path_id<ContactId>(request, "contact");
    answer_read(surroundings, request, std::move(respond),
                [id, page = parse_message_page(request)](const command_bus::ReadSources& sources,
                                                         const Agent& viewer) -> Result<std::string> {
                  if (!id) return id.error();
                  if (!page) return page.error();
                  return list_history(sources, viewer, *id, *page);
                });
  });
  const auto add_write = [&](std::string method, std::string pattern, const std::string& command) {
    router.add(std::move(method), std::move(pattern), {},
               [&surroundings, command](const Request& request, Responder respond) {
                 answer_with_body(surroundings, request, std::move(respond), {command, 200, "contact", {}});
               });
  };
  add_write("PATCH", "/v1/contacts/{}", "contact.update");
  add_write("POST", "/v1/contacts/{}/merge", "contact.merge");
  add_write("POST", "/v1/contacts/{}/split", "contact.split");
}

}  // namespace inboxd::http
