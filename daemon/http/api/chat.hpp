// /chat/{inbox}/…: what pages and programs of visitors ask. HTTP and CORS on one side, daemon/visitors on the other; no
// agent's token counts here, and a visitor's counts nowhere else.
#pragma once

#include <functional>
#include <string>

#include "daemon/http/router.hpp"
#include "daemon/visitors/chat_socket.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::http {

struct ChatSurroundings {
  visitors::Visitors& visitors;
  Clock& clock;
  visitors::SocketLimits limits = {};
};

void add_chat_routes(Router& router, const ChatSurroundings& surroundings);

/// A request to a chat that exists, from a page that may show it.
struct ChatRequest {
  Request request;
  visitors::Entrance entrance;
};
using ChatHandler = std::function<void(const ChatRequest&, Responder)>;

/// Refuses other pages, and lets the page's script read the answer (the Fetch standard's CORS protocol): its exact
/// origin, no cookies.
Handler behind_entrance(const ChatSurroundings& surroundings, ChatHandler handler);
/// Whose session token the request bears.
Result<visitors::Caller> caller_of(const ChatSurroundings& surroundings, const ChatRequest& request);
/// The CORS headers for a page that was let in; none for a program.
void allow_page(Response& response, std::string_view origin);

/// Messages, marks and the long poll.
void add_chat_message_routes(Router& router, const ChatSurroundings& surroundings);
void add_chat_upload_route(Router& router, const ChatSurroundings& surroundings);

}  // namespace inboxd::http
