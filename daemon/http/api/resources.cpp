#include "daemon/http/api/resources.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/access/authorize.hpp"
#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/list.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {

bool sees_whole(const storage::Tables& tables, RawOriginalId original, const Agent& viewer) {
  const auto inboxes = tables.originals().inboxes_of(original);
  return std::all_of(inboxes.begin(), inboxes.end(), [&](InboxId inbox) {
    return core::authorize(viewer, core::Action::see, {inbox}) == core::Access::allowed;
  });
}

Result<storage::MessagePage> parse_message_page(const Request& request) {
  const Query query(request.query);
  storage::MessagePage page;
  const auto limit = query.limit();
  if (!limit) return limit.error();
  page.limit = *limit;
  const auto order = query.find("order").value_or("asc");
  if (order != "asc" && order != "desc") return bad_request("`order` takes asc or desc");
  if (order == "desc") page.order = storage::MessageOrder::newest_first;
  const auto after = query.after<MessageId>();
  if (!after) return after.error();
  page.after = *after;
  return page;
}

std::string message_page_body(const std::vector<Message>& rows, int limit, std::string_view more_fields) {
  return page_body(rows, limit, to_json_text<Message>, position_by_id, more_fields);
}

void answer_with_body(const Surroundings& surroundings, const Request& request, Responder respond,
                      BodyCommand command) {
  auto body = parse_object(request.body);
  if (!body) {
    return answer_read(
        surroundings, request, std::move(respond),
        [error = body.error()](const command_bus::ReadSources&, const Agent&) -> Result<std::string> { return error; });
  }
  if (!command.id_name.empty()) (*body)[command.id_name] = request.captures.front();
  answer_command(
      surroundings, request, std::move(respond),
      {std::move(command.name), std::move(body).value(), command.success_status, std::move(command.carried_out)});
}

}  // namespace inboxd::http
