// The way in: pages and CORS, config, widget, sessions, the socket.
#include "daemon/http/api/chat.hpp"

#include <utility>

#include "daemon/http/auth/token.hpp"
#include "daemon/visitors/requests.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::http {
namespace {

using json_fields::field;

constexpr std::uint64_t small_body_max = 32U << 10U;
constexpr auto preflight_lives_seconds = "600";

Error other_page() {
  return forbidden("pages of this origin may not show this chat; `allowed_origins` of its inbox names those that may");
}

/// The question that browsers ask before a request with a token.
void answer_preflight(const ChatRequest& chat, const Responder& respond) {
  static_cast<void>(chat);
  Response response;
  response.status = 204;
  response.headers = {{"access-control-allow-methods", "GET, POST, DELETE"},
                      {"access-control-allow-headers", "authorization, content-type"},
                      {"access-control-max-age", preflight_lives_seconds}};
  respond(std::move(response));
}

void write_field(JsonWriter& writer, const connectors::VisitorField& asked) {
  writer.begin_object();
  field(writer, "name", asked.name);
  field(writer, "label", asked.label);
  field(writer, "kind", asked.kind);
  field(writer, "required", asked.required);
  field(writer, "options", asked.options);
  writer.end_object();
}

void show_config(const ChatRequest& chat, const Responder& respond) {
  const auto& rules = chat.entrance.rules();
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  field(writer, "inbox", chat.entrance.channel->name);
  writer.key("appearance");
  writer.begin_object();
  for (const auto& [name, value] : rules.appearance) field(writer, name, value);
  writer.end_object();
  field(writer, "identity_required", rules.identity_required);
  writer.key("fields");
  writer.begin_array();
  for (const auto& asked : rules.fields) write_field(writer, asked);
  writer.end_array();
  field(writer, "text_characters_max", static_cast<std::uint64_t>(core::visitor_text_characters_max));
  field(writer, "upload_bytes_max", rules.limits.upload_bytes_max);
  field(writer, "upload_types", rules.upload_types);
  writer.end_object();
  auto response = json(200, std::move(body));
  response.headers.emplace_back("cache-control", "public, max-age=60");
  respond(std::move(response));
}

std::string session_body(const visitors::SessionAnswer& answer, Timestamp now) {
  const auto& visitor = answer.chat.visitor;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  field(writer, "session_token", answer.session_token);
  field(writer, "expires_at", answer.expires_at);
  field(writer, "expires_in_ms", (answer.expires_at - now).count());
  field(writer, "visitor_token", answer.visitor_token);
  field(writer, "same_visitor", answer.same_visitor);
  field(writer, "visitor", visitor.id);
  field(writer, "identified", !visitor.subject.empty());
  field(writer, "name", visitor.name);
  field(writer, "conversation", answer.chat.conversation);
  field(writer, "last_seq", answer.chat.last_seq);
  field(writer, "read_seq", answer.chat.read_seq);
  field(writer, "agent_read_seq", answer.chat.agent_read_seq);
  field(writer, "unread", answer.unread);
  field(writer, "fields_wanted", answer.fields_wanted);
  field(writer, "server_time", now);
  writer.end_object();
  return body;
}

void open_session(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto body = visitors::parse_frame(chat.request.body.empty() ? "{}" : chat.request.body);
  if (!body) return respond(problem(bad_request("the body takes a JSON object")));
  auto request = visitors::read_session_request(*body);
  if (!request) return respond(problem(request.error()));
  request->address = chat.request.remote_address;
  surroundings.visitors.open_session(
      chat.entrance, *request, [&surroundings, respond = std::move(respond)](Result<visitors::SessionAnswer> answer) {
        if (!answer) return respond(problem(answer.error()));
        auto response = json(200, session_body(*answer, surroundings.clock.now()));
        response.headers.emplace_back("cache-control", "no-store");
        respond(std::move(response));
      });
}

void end_session(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  surroundings.visitors.end_session(*caller, [respond = std::move(respond)](const Result<VisitorId>& ended) {
    if (!ended) return respond(problem(ended.error()));
    Response response;
    response.status = 204;
    respond(std::move(response));
  });
}

/// A script may be loaded by any page; what it may do there is asked when it opens a session.
void show_file(const ChatSurroundings& surroundings, const Request& request, const Responder& respond) {
  const auto entrance = surroundings.visitors.entrance(request.captures[0]);
  if (!entrance) return respond(problem(entrance.error()));
  const auto file = entrance->serving->visitor_file("widget.js");
  if (!file) return respond(problem(not_found("there is no such file")));
  respond({200,
           {{"content-type", std::string(file->mime)},
            {"cache-control", "public, max-age=300"},
            {"cross-origin-resource-policy", "cross-origin"},
            {"x-content-type-options", "nosniff"}},
           std::string(file->bytes),
           nullptr});
}

LiveVerdict accept_socket(const ChatSurroundings& surroundings, const Request& request) {
  auto& all = surroundings.visitors;
  const auto entrance = all.entrance(request.captures[0]);
  if (!entrance) return {{}, problem(entrance.error())};
  if (!visitors::origin_allowed(entrance->rules(), request.header("origin"))) return {{}, problem(other_page())};
  if (all.address_full(entrance->inbox(), request.remote_address))
    return {{}, problem({ErrorCode::rate_limited, "too many open connections", std::chrono::seconds{30}})};
  return {[&surroundings, inbox = entrance->channel->name,
           address = request.remote_address](LiveConnection& connection) -> std::unique_ptr<LiveSession> {
            return std::make_unique<visitors::ChatSocket>(surroundings.visitors, inbox, address, connection,
                                                          surroundings.limits);
          },
          {}};
}

}  // namespace

void allow_page(Response& response, std::string_view origin) {
  response.headers.emplace_back("vary", "origin");
  if (origin.empty()) return;
  response.headers.emplace_back("access-control-allow-origin", std::string(origin));
  response.headers.emplace_back("access-control-expose-headers", "retry-after");
}

Handler behind_entrance(const ChatSurroundings& surroundings, ChatHandler handler) {
  return [&surroundings, handler = std::move(handler)](Request request, const Responder& respond) {
    auto entrance = surroundings.visitors.entrance(request.captures[0]);
    if (!entrance) return respond(problem(entrance.error()));
    std::string origin(request.header("origin"));
    if (!visitors::origin_allowed(entrance->rules(), origin)) return respond(problem(other_page()));
    const ChatRequest chat{std::move(request), std::move(entrance).value()};
    handler(chat, [respond, origin = std::move(origin)](Response response) {
      allow_page(response, origin);
      respond(std::move(response));
    });
  };
}

Result<visitors::Caller> caller_of(const ChatSurroundings& surroundings, const ChatRequest& chat) {
  return surroundings.visitors.caller(chat.entrance, bearer_token(chat.request.header("authorization")),
                                      chat.request.remote_address);
}

void add_chat_routes(Router& router, const ChatSurroundings& surroundings) {
  RouteOptions small;
  small.body_max = small_body_max;
  for (const auto* path : {"session", "config", "events", "messages", "read", "upload"})
    router.add("OPTIONS", std::string("/chat/{}/") + path, small, behind_entrance(surroundings, answer_preflight));
  router.add("GET", "/chat/{}/config", small, behind_entrance(surroundings, show_config));
  router.add("POST", "/chat/{}/session", small,
             behind_entrance(surroundings, [&surroundings](const ChatRequest& chat, Responder respond) {
               open_session(surroundings, chat, std::move(respond));
             }));
  router.add("DELETE", "/chat/{}/session", small,
             behind_entrance(surroundings, [&surroundings](const ChatRequest& chat, Responder respond) {
               end_session(surroundings, chat, std::move(respond));
             }));
  router.add("GET", "/chat/{}/widget.js", small, [&surroundings](const Request& request, const Responder& respond) {
    show_file(surroundings, request, respond);
  });
  LiveOptions live;
  live.subprotocols = {"inboxd.chat.v1"};
  live.frame_max = surroundings.limits.frame_max;
  router.add_live("/chat/{}/socket", live,
                  [&surroundings](const Request& request) { return accept_socket(surroundings, request); });
  add_chat_message_routes(router, surroundings);
  add_chat_upload_route(router, surroundings);
}

}  // namespace inboxd::http
