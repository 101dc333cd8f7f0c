// Messages, marks and the long poll of a chat by plain HTTP, for pages whose network lets no WebSocket through.
#include <utility>

#include "connectors/sdk/json_access.hpp"
#include "daemon/http/api/chat.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/visitors/chat_poll.hpp"
#include "daemon/visitors/requests.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::http {
namespace {

constexpr std::uint64_t message_body_max = 64U << 10U;

Result<std::optional<std::int64_t>> number_of(const Query& query, std::string_view name) {
  const auto text = query.find(name);
  if (!text) return std::optional<std::int64_t>();
  const auto numbers = parse_position(*text);
  if (!numbers || numbers->size() != 1 || numbers->front() < 0)
    return bad_request('`' + std::string(name) + "` takes a number from 0 on");
  return std::optional(numbers->front());
}

void say(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  const auto body = visitors::parse_frame(chat.request.body);
  if (!body) return respond(problem(bad_request("the body takes a JSON object")));
  auto message = visitors::read_message(*body);
  if (!message) return respond(problem(message.error()));
  const auto id = message->client_msg_id;
  surroundings.visitors.say(*caller, std::move(message).value(),
                            [id, respond = std::move(respond)](const Result<core::Said>& said) {
                              if (!said) return respond(problem(said.error()));
                              std::string answer;
                              JsonWriter writer(answer);
                              writer.begin_object();
                              visitors::write_said(writer, id, *said);
                              writer.end_object();
                              respond(json(201, std::move(answer)));
                            });
}

void mark_read(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  const auto body = visitors::parse_frame(chat.request.body);
  const auto seq = body ? connectors::integer_of(*body, "seq") : 0;
  if (seq < 1) return respond(problem(bad_request("`seq` takes the seq up to which everything was read")));
  surroundings.visitors.mark(*caller, core::ChatMark::read, seq,
                             [respond = std::move(respond)](const Result<std::int64_t>& reached) {
                               if (!reached) return respond(problem(reached.error()));
                               respond(json(200, R"({"seq":)" + std::to_string(*reached) + '}'));
                             });
}

void show_history(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  const Query query(chat.request.query);
  const auto before = number_of(query, "before");
  if (!before) return respond(problem(before.error()));
  const auto limit = query.limit();
  if (!limit) return respond(problem(limit.error()));
  constexpr std::int64_t newest = std::numeric_limits<std::int64_t>::max();
  surroundings.visitors.history(
      *caller, before->value_or(newest), *limit,
      [&surroundings, respond = std::move(respond)](const Result<std::vector<visitors::ShownMessage>>& shown) {
        if (!shown) return respond(problem(shown.error()));
        std::string body = R"({"items":[)";
        for (const auto& [seq, message] : *shown) {
          if (body.back() == '}') body += ',';
          body += visitors::message_frame(message, seq, surroundings.visitors.surroundings().media_url);
        }
        respond(json(200, body + "]}"));
      });
}

Result<visitors::ChatPollRequest> poll_of(const ChatRequest& chat, const visitors::Caller& caller) {
  const Query query(chat.request.query);
  visitors::ChatPollRequest poll{caller, {}, 0, nullptr};
  const auto after = number_of(query, "after");
  if (!after) return after.error();
  poll.position.seq = *after;
  if (const auto conversation = query.find("conversation")) {
    poll.position.conversation = parse_id<ConversationId>(*conversation);
    if (!poll.position.conversation) return bad_request("`conversation` takes an id like \"cv_9\"");
  }
  const auto wait = number_of(query, "wait");
  if (!wait) return wait.error();
  if (wait->value_or(0) > visitors::poll_seconds_max)
    return bad_request("`wait` takes 0 to " + std::to_string(visitors::poll_seconds_max) + " seconds");
  poll.wait_seconds = static_cast<int>(wait->value_or(0));
  poll.peer = chat.request.peer;
  return poll;
}

void poll(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  auto request = poll_of(chat, *caller);
  if (!request) return respond(problem(request.error()));
  visitors::poll_chat(surroundings.visitors, std::move(request).value(),
                      [respond = std::move(respond)](Result<std::string> body) {
                        respond(body ? json(200, std::move(body).value()) : problem(body.error()));
                      });
}

}  // namespace

void add_chat_message_routes(Router& router, const ChatSurroundings& surroundings) {
  RouteOptions options;
  options.body_max = message_body_max;
  const auto add = [&](const char* method, const char* path, auto answer) {
    router.add(method, std::string("/chat/{}/") + path, options,
               behind_entrance(surroundings, [&surroundings, answer](const ChatRequest& chat, Responder respond) {
                 answer(surroundings, chat, std::move(respond));
               }));
  };
  add("POST", "messages", say);
  add("GET", "messages", show_history);
  add("POST", "read", mark_read);
  add("GET", "events", poll);
}

}  // namespace inboxd::http
