#include "daemon/http/api/surroundings.hpp"

#include <utility>

#include "daemon/core/contacts/change.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/messages/reply.hpp"
#include "daemon/http/api/contact_view.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

constexpr std::size_t idempotency_key_max = 200;  // bytes

Error no_token() { return {ErrorCode::unauthenticated, "send a valid token as \"Authorization: Bearer TOKEN\"", {}}; }

}  // namespace

Result<std::string> token_hash_of(const Request& request) {
  const auto token = bearer_token(request.header("authorization"));
  if (token.empty()) return no_token();
  return hash_token(token);
}

Result<Agent> agent_of_token(const storage::Tables& tables, const std::string& token_hash) {
  auto agent = tables.agents().find_by_token(token_hash);
  if (!agent) return no_token();
  return *agent;
}

void answer_read(const Surroundings& surroundings, const Request& request, Responder respond, ReadForAgent read) {
  auto hash = token_hash_of(request);
  if (!hash) return respond(problem(hash.error()));
  surroundings.readers.read<std::string>(
      [hash = *hash, read = std::move(read)](const command_bus::ReadSources& sources) -> Result<std::string> {
        const auto agent = agent_of_token(sources.tables, hash);
        if (!agent) return agent.error();
        return read(sources, *agent);
      },
      [respond = std::move(respond)](Result<std::string> body) {
        respond(body ? json(200, std::move(body).value()) : problem(body.error()));
      });
}

void submit_command(const Surroundings& surroundings, std::string token_hash, std::string idempotency_key,
                    ParsedCommand command, CommandDone done) {
  if (idempotency_key.size() > idempotency_key_max)
    return done(bad_request("an idempotency key takes up to " + std::to_string(idempotency_key_max) + " bytes"));
  core::IdempotencyKey key{std::move(idempotency_key), std::move(command.fingerprint)};
  surroundings.bus.submit<core::Outcome>(
      [hash = std::move(token_hash), key = std::move(key), name = command.name,
       run = std::move(command.run)](command_bus::Workspace& workspace) -> Result<core::Outcome> {
        const auto agent = agent_of_token(workspace.tables, hash);
        if (!agent) return agent.error();
        core::Context context{workspace.tables, workspace.now, {ActorKind::agent, agent->id.value}, name};
        return core::run_once(context, agent->id, key, run);
      },
      std::move(done));
}

void answer_command(const Surroundings& surroundings, const Request& request, Responder respond,
                    CommandRequest command) {
  auto hash = token_hash_of(request);
  if (!hash) return respond(problem(hash.error()));
  auto parsed = parse_command(command.name, command.arguments, surroundings.for_commands());
  // Who has no valid token hears that first, whatever the body says.
  if (!parsed) {
    return answer_read(surroundings, request, std::move(respond),
                       [error = parsed.error()](const command_bus::ReadSources&, const Agent&) -> Result<std::string> {
                         return error;
                       });
  }
  submit_command(surroundings, *hash, std::string(request.header("idempotency-key")), std::move(parsed).value(),
                 [&surroundings, hash = *hash, respond = std::move(respond), status = command.success_status,
                  carried_out = std::move(command.carried_out)](Result<core::Outcome> outcome) {
                   if (!outcome) return respond(problem(outcome.error()));
                   if (carried_out) carried_out(*outcome);
                   surroundings.readers.read<std::string>(
                       [hash, outcome = *outcome](const command_bus::ReadSources& sources) -> Result<std::string> {
                         const auto agent = agent_of_token(sources.tables, hash);
                         if (!agent) return agent.error();
                         return show_object(sources, *agent, outcome);
                       },
                       [respond, status](Result<std::string> body) {
                         respond(body ? json(status, std::move(body).value()) : problem(body.error()));
                       });
                 });
}

Result<std::string> show_object(const command_bus::ReadSources& sources, const Agent& viewer,
                                const core::Outcome& outcome) {
  switch (outcome.kind) {
    case core::ObjectKind::conversation: {
      const auto conversation = core::visible_conversation(sources.tables, viewer, ConversationId{outcome.id});
      if (!conversation) return conversation.error();
      return to_json_text(*conversation);
    }
    case core::ObjectKind::message: {
      const auto message = core::visible_message(sources.tables, viewer, MessageId{outcome.id});
      if (!message) return message.error();
      return to_json_text(*message);
    }
    case core::ObjectKind::contact: {
      const auto contact = core::visible_contact(sources.tables, viewer, ContactId{outcome.id});
      if (!contact) return contact.error();
      return to_json_text(cut_to_inboxes(*contact, viewer));
    }
    case core::ObjectKind::agent:
    case core::ObjectKind::attachment:
    case core::ObjectKind::outbox:
    case core::ObjectKind::inbox:
      break;
  }
  return std::string("{}");
}

}  // namespace inboxd::http
