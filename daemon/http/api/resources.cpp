#include "daemon/http/api/resources.hpp"

#include <utility>

#include "daemon/http/api/arguments.hpp"

namespace inboxd::http {

void answer_with_body(const Surroundings& surroundings, const Request& request, Responder respond, BodyCommand command) {
  auto body = parse_object(request.body);
  if (!body) {
    return answer_read(surroundings, request, std::move(respond),
                       [error = body.error()](const command_bus::ReadSources&, const Agent&) -> Result<std::string> {
                         return error;
                       });
  }
  if (!command.id_name.empty()) (*body)[command.id_name] = request.captures.front();
  answer_command(surroundings, request, std::move(respond),
                 {std::move(command.name), std::move(body).value(), command.success_status, std::move(command.carried_out)});
}

}  // namespace inboxd::http
