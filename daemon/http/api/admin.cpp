#include "daemon/http/api/admin.hpp"

#include "daemon/core/agents/users.hpp"
#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/hold.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/auth/token.hpp"
#include "daemon/live/feed_event.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

constexpr int tail_page_max = 500;
constexpr int tail_wait_seconds = 20;  // shorter than the client waits for an answer

/// Whoever may open the socket is trusted with everything, and stands as the system in the audit trail.
Agent operator_of_machine() {
  Agent agent;
  agent.name = "operator";
  agent.role = Role::admin;
  agent.all_inboxes = true;
  return agent;
}

using Operation = std::function<Result<std::string>(core::Context&, const boost::json::object&)>;

/// A POST whose body becomes one command; the answer is JSON.
void add_operation(Router& router, const AdminSurroundings& surroundings, std::string pattern, std::string cause,
                   Operation operation, std::function<void(const std::string&)> committed = {}) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", std::move(pattern), options,
             [&bus = surroundings.bus, cause = std::move(cause), operation = std::move(operation),
              committed = std::move(committed)](Request request, const Responder& respond) {
               auto body = parse_object(request.body);
               if (!body) return respond(problem(body.error()));
               if (!request.captures.empty()) (*body)["id"] = request.captures.front();
               bus.submit<std::string>(
                   [cause, operation, fields = *body](command_bus::Workspace& workspace) {
                     core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, cause};
                     return operation(context, fields);
                   },
                   [respond, committed](Result<std::string> answer) {
                     if (answer && committed) committed(*answer);
                     respond(answer ? json(200, *answer) : problem(answer.error()));
                   });
             });
}

void add_read(Router& router, const AdminSurroundings& surroundings, std::string pattern,
              std::function<Result<std::string>(const command_bus::ReadSources&, const Query&)> read) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add(
      "GET", std::move(pattern), options,
      [&readers = surroundings.readers, read = std::move(read)](const Request& request, const Responder& respond) {
        readers.read<std::string>(
            [read, query = Query(request.query)](const command_bus::ReadSources& sources) {
              return read(sources, query);
            },
            [respond](Result<std::string> body) { respond(body ? json(200, *body) : problem(body.error())); });
      });
}

Result<std::string> add_user(core::Context& context, const boost::json::object& fields) {
  Arguments arguments(fields);
  core::AddUser command;
  command.email = arguments.text("email");
  command.name = arguments.text_or_empty("name");
  command.role = arguments.word<Role>("role").value_or(Role::agent);
  command.inboxes = arguments.texts("inboxes");
  if (auto fine = arguments.outcome(); !fine) return fine.error();
  const auto outcome = core::add_user(context, command);
  if (!outcome) return outcome.error();
  return R"({"agent":")" + to_string(AgentId{outcome->id}) + "\"}";
}

Result<std::string> change_rights(core::Context& context, const boost::json::object& fields) {
  Arguments arguments(fields);
  const auto email = arguments.text("email");
  const auto agent = context.tables.agents().find_by_email(email);
  if (!agent) return not_found("there is no user " + email);
  core::ChangeRights command;
  command.agent = agent->id;
  command.role = arguments.word<Role>("role");
  command.inboxes = arguments.optional_texts("inboxes");
  command.disable = arguments.flag("disable");
  if (auto fine = arguments.outcome(); !fine) return fine.error();
  const auto outcome = core::change_rights(context, command);
  if (!outcome) return outcome.error();
  return R"({"agent":")" + to_string(agent->id) + R"(","disabled":)" + (command.disable ? "true" : "false") + "}";
}

void add_token_operation(Router& router, const AdminSurroundings& surroundings) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", "/admin/tokens", options, [&surroundings](const Request& request, const Responder& respond) {
    auto body = parse_object(request.body);
    if (!body) return respond(problem(body.error()));
    Arguments arguments(*body);
    const auto email = arguments.text("email");
    if (auto fine = arguments.outcome(); !fine) return respond(problem(fine.error()));
    // Only the hash reaches the store; the token itself is shown this once.
    const auto token = make_token(surroundings.random);
    surroundings.bus.submit<core::Outcome>(
        [email, hash = hash_token(token)](command_bus::Workspace& workspace) {
          core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "token.create"};
          return core::add_token(context, email, hash);
        },
        [respond, token](const Result<core::Outcome>& outcome) {
          respond(outcome ? json(200, R"({"token":")" + token + "\"}") : problem(outcome.error()));
        });
  });
}

std::string show_row(const storage::Tables& tables, const storage::OutboxRow& row) {
  std::string text;
  JsonWriter writer(text);
  const auto message = tables.messages().find(row.message);
  const auto inbox = tables.inboxes().find(row.inbox);
  writer.begin_object();
  writer.key("id");
  writer.id(row.id);
  writer.key("message");
  writer.id(row.message);
  writer.key("conversation");
  writer.id(row.conversation);
  writer.key("inbox");
  writer.string(inbox ? inbox->name : std::string());
  writer.key("action");
  writer.word(row.action);
  writer.key("state");
  writer.word(row.state);
  writer.key("held");
  writer.boolean(row.held);
  writer.key("attempt");
  writer.number(row.attempt);
  writer.key("created_at");
  writer.time(row.created_at);
  writer.key("reason");
  const bool has_reason = message && message->delivery && message->delivery->reason;
  writer.string(row.held ? "held" : has_reason ? message->delivery->reason->code : "");
  writer.end_object();
  return text;
}

Result<std::string> list_outbox(const command_bus::ReadSources& sources, const Query& query) {
  std::vector<DeliveryState> states;
  for (const auto& word : query.all("state")) {
    const auto state = parse_enum<DeliveryState>(word);
    // Delivered and read are a message's: a row's work ends at sent.
    if (!state || *state == DeliveryState::delivered || *state == DeliveryState::read)
      return bad_request("`state` takes queued, sending, uncertain, failed or sent");
    states.push_back(*state);
  }
  const auto limit = query.limit();
  if (!limit) return limit.error();
  const auto after = query.after<OutboxId>();
  if (!after) return after.error();
  const auto show = [&sources](const storage::OutboxRow& row) { return show_row(sources.tables, row); };
  return page_body(sources.tables.outbox().list(states, *after, *limit + 1), *limit, show, position_by_id);
}

Result<std::string> retry_row(core::Context& context, const boost::json::object& fields) {
  Arguments arguments(fields);
  const auto id = arguments.id<OutboxId>("id");
  const auto duplicates = arguments.flag("accept_duplicate") ? core::Duplicates::accept : core::Duplicates::refuse;
  const auto outcome = core::retry_row(context, operator_of_machine(), id, duplicates);
  if (!outcome) return outcome.error();
  return R"({"id":")" + to_string(id) + "\"}";
}

Result<std::string> cancel_row(core::Context& context, const boost::json::object& fields) {
  Arguments arguments(fields);
  const auto id = arguments.id<OutboxId>("id");
  const auto outcome = core::cancel_send(context, operator_of_machine(), id);
  if (!outcome) return outcome.error();
  return R"({"id":")" + to_string(id) + "\"}";
}

/// One small command after another, until none is held.
void release(command_bus::Bus& bus, int before, const Responder& respond) {
  bus.submit<int>(
      [](command_bus::Workspace& workspace) -> Result<int> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "outbox.release"};
        auto released = core::release_outbox(context, operator_of_machine());
        if (released && *released < core::held_rows_max)
          for (const auto& inbox : context.tables.inboxes().list()) core::resume_outbound(context, inbox.id);
        return released;
      },
      [&bus, before, respond](const Result<int>& released) {
        if (!released) return respond(problem(released.error()));
        const int so_far = before + *released;
        if (*released == core::held_rows_max) return release(bus, so_far, respond);
        respond(json(200, R"({"released":)" + std::to_string(so_far) + '}'));
      });
}

void add_release(Router& router, const AdminSurroundings& surroundings) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", "/admin/outbox-release", options,
             [&bus = surroundings.bus](const Request&, const Responder& respond) { release(bus, 0, respond); });
}

Result<EventPoll> find_start(const command_bus::ReadSources& sources, const Query& query, const std::string& epoch) {
  const auto& log = sources.tables.events();
  EventPoll poll{operator_of_machine(), log.head(), log.head(), tail_wait_seconds, tail_page_max};
  const auto text = query.find("since");
  if (!text) return poll;
  const auto since = parse_cursor(*text);
  if (!since) return bad_request("`since` takes a cursor as the stream gave it");
  if (since->epoch != epoch || since->sequence > log.head())
    return Error{ErrorCode::epoch_changed, "this cursor is from another life of the store", {}};
  if (since->sequence + 1 < log.oldest())
    return Error{ErrorCode::resync_required, "the log no longer reaches back to this cursor", {}};
  poll.position = since->sequence;
  return poll;
}

/// What is in the log already, for a command that runs without a daemon.
std::string stored_events(const command_bus::ReadSources& sources, const core::ChannelDirectory& channels,
                          const EventPoll& poll, const std::string& epoch) {
  std::vector<std::string> items;
  auto last = poll.position;
  for (const auto& event : sources.tables.events().after(poll.position, poll.limit)) {
    const auto fed = live::to_feed_event(sources.tables, channels, epoch, event);
    items.push_back(R"({"type":"event","previous":")" + to_string(Cursor{epoch, last}) + '"' + *fed.tail);
    last = event.sequence;
  }
  return list_body(items, "", R"(,"cursor":")" + to_string(Cursor{epoch, last}) + '"');
}

struct Tail {
  EventPoll poll;
  std::string stored;  // the answer, where nothing can be waited for
};

void add_tail(Router& router, const AdminSurroundings& surroundings) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("GET", "/admin/events", options, [&surroundings](const Request& request, const Responder& respond) {
    const bool waits = static_cast<bool>(surroundings.follow);
    surroundings.readers.read<Tail>(
        [query = Query(request.query), waits, channels = surroundings.channels(),
         epoch = surroundings.epoch](const command_bus::ReadSources& sources) -> Result<Tail> {
          auto poll = find_start(sources, query, epoch);
          if (!poll) return poll.error();
          return Tail{*poll, waits ? std::string() : stored_events(sources, *channels, *poll, epoch)};
        },
        [&surroundings, peer = request.peer, respond](Result<Tail> tail) {
          if (!tail) return respond(problem(tail.error()));
          tail->poll.peer = peer;
          if (!surroundings.follow) return respond(json(200, tail->stored));
          surroundings.follow(tail->poll, respond);
        });
  });
}

/// Up to a page of each inbox: whether there is any is what matters.
std::size_t count_quarantine(const storage::Tables& tables) {
  constexpr int counted_max = 200;
  std::size_t count = 0;
  for (const auto& inbox : tables.inboxes().list())
    count += tables.originals().quarantine(inbox.id, std::nullopt, counted_max).size();
  return count;
}

Result<std::string> show_status(const command_bus::ReadSources& sources, const std::string& epoch,
                                const std::string& process) {
  const auto counts = sources.tables.outbox().counts();
  std::string text = R"({"version":")" INBOXD_VERSION R"(","cursor":")" +
                     to_string(Cursor{epoch, sources.tables.events().head()}) + R"(","outbox":{"queued":)" +
                     std::to_string(counts.queued) + R"(,"held":)" + std::to_string(counts.held) + R"(,"sending":)" +
                     std::to_string(counts.sending) + R"(,"uncertain":)" + std::to_string(counts.uncertain) +
                     R"(,"failed":)" + std::to_string(counts.failed) + "}" + R"(,"quarantine":)" +
                     std::to_string(count_quarantine(sources.tables)) + process + R"(,"inboxes":[)";
  for (const auto& inbox : sources.tables.inboxes().list()) {
    if (text.back() == '}') text += ',';
    JsonWriter writer(text);
    write_json(writer, inbox, nullptr);
  }
  return text + "]}";
}

void add_reads(Router& router, const AdminSurroundings& surroundings) {
  add_read(router, surroundings, "/admin/outbox", list_outbox);
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("GET", "/admin/status", options, [&surroundings](const Request&, Responder respond) {
    // Asked here: what the process knows belongs to the net thread, the read runs on another.
    surroundings.readers.read<std::string>(
        [epoch = surroundings.epoch, process = surroundings.process_status()](const command_bus::ReadSources& sources) {
          return show_status(sources, epoch, process);
        },
        [respond = std::move(respond)](Result<std::string> body) {
          respond(body ? json(200, *body) : problem(body.error()));
        });
  });
}

}  // namespace

void add_admin_routes(Router& router, const AdminSurroundings& surroundings) {
  add_operation(router, surroundings, "/admin/users", "user.add", add_user);
  add_operation(router, surroundings, "/admin/rights", "user.change_rights", change_rights,
                [&surroundings](const std::string& answer) {
                  const auto body = parse_object(answer);
                  Arguments arguments(*body);
                  const auto agent = arguments.id<AgentId>("agent");
                  surroundings.rights_changed(agent, arguments.flag("disabled"));
                });
  add_token_operation(router, surroundings);
  add_operation(router, surroundings, "/admin/outbox/{}/retry", "outbox.retry", retry_row);
  add_operation(router, surroundings, "/admin/outbox/{}/cancel", "outbox.cancel", cancel_row);
  add_release(router, surroundings);
  add_reads(router, surroundings);
  add_tail(router, surroundings);
}

}  // namespace inboxd::http
