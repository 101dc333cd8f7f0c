// The REST resources: each adds its routes to the router. One .cpp file per resource.
#pragma once

#include "daemon/http/api/surroundings.hpp"
#include "daemon/http/router.hpp"

namespace inboxd::http {

/// Takes POST; its limit changes with the config.
inline constexpr const char* upload_route = "/v1/attachments";

void add_conversation_routes(Router& router, const Surroundings& surroundings);
void add_message_routes(Router& router, const Surroundings& surroundings);
void add_contact_routes(Router& router, const Surroundings& surroundings);
void add_attachment_routes(Router& router, const Surroundings& surroundings);
void add_people_routes(Router& router, const Surroundings& surroundings);
void add_event_routes(Router& router, const Surroundings& surroundings);

/// One provider request may have brought other inboxes' messages too: only who sees all of them sees its bytes.
bool sees_whole(const storage::Tables& tables, RawOriginalId original, const Agent& viewer);

/// `limit`, `after` and `order` of a list of messages, of a conversation's and of a contact's alike.
Result<storage::MessagePage> parse_message_page(const Request& request);
/// A page of messages that was asked for with one more than `limit`.
std::string message_page_body(const std::vector<Message>& rows, int limit, std::string_view more_fields = {});

struct BodyCommand {
  std::string name;
  int success_status = 200;
  std::string id_name;  // the first id of the path becomes this argument; empty: the path has none
  std::function<void(const core::Outcome&)> carried_out;
};
/// A REST write becomes a command: the body's object with the id from the path.
void answer_with_body(const Surroundings& surroundings, const Request& request, Responder respond, BodyCommand command);

}  // namespace inboxd::http
