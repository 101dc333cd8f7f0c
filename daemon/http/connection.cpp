// The order of a connection's life. Reading a body and answering stand in connection_body.cpp and
// connection_answer.cpp.
#include "daemon/http/connection.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "daemon/http/live_socket.hpp"
#include "daemon/http/subprotocol.hpp"
#include "daemon/http/target.hpp"
#include "daemon/http/wire_awaits.hpp"

namespace inboxd::http {

namespace {
/// Room for the longest header and a bit of what follows it.
constexpr std::size_t buffer_reserve = std::size_t{8} * 1024;

Response simple_problem(ErrorCode code, int status, std::string detail) {
  Response response = problem({code, std::move(detail), {}});
  response.status = status;
  return response;
}
}  // namespace

asio::awaitable<void> Connection::run() {
  wire_->expires_after(context_->options.timeouts.header);
  const Received shaken = co_await handshake(wire_);
  Progress progress = shaken.error ? Progress::end : Progress::go_on;
  while (progress == Progress::go_on) progress = co_await serve_one();
  wire_->abort();
}

asio::awaitable<void> Connection::refuse(Response response) {
  const Progress answered = co_await respond(std::move(response));
  if (answered == Progress::go_on) co_await linger();
  wire_->abort();
}

void Connection::drain() {
  if (!idle_) return;
  const ServerTimeouts& timeouts = context_->options.timeouts;
  // A peer that has sent nothing yet was never refused before: it is given time to say what it came for.
  if (first_request_) return wire_->expires_after(timeouts.drain_fresh);
  if (wire_->unsent() == 0) return wire_->abort();
  // The last answer lies in the queue, and says that the connection stays: its end tells the peer otherwise.
  wire_->finish_sending();
  wire_->expires_after(timeouts.discard);
}

asio::awaitable<Connection::Progress> Connection::serve_one() {
  const Progress read = co_await read_head();
  if (read == Progress::end) co_return Progress::end;
  route_ = nullptr;
  head_read_at_ = std::chrono::steady_clock::now();
  if (parser_->failure() != RequestParser::Failure::none) {
    const bool large = parser_->failure() == RequestParser::Failure::header_too_large;
    Response refusal =
        simple_problem(ErrorCode::bad_request, large ? 431 : 400,
                       large ? "The request's header is too large." : "This is not a valid HTTP request.");
    co_await respond(std::move(refusal));
    co_await linger();
    co_return Progress::end;
  }
  Result<Request> request = make_request();
  Progress progress = Progress::end;
  if (request) {
    progress = co_await route_request(std::move(*request));
  } else {
    Response refusal = problem(request.error());
    progress = co_await respond(std::move(refusal));
  }
  if (progress == Progress::end) co_return Progress::end;
  if (parser_->done() && persistence() == Persistence::keep_alive) co_return Progress::go_on;
  co_await linger();
  co_return Progress::end;
}

/// An answer ends the connection when the rest of its request is still to come: reading all of it could take for ever.
Persistence Connection::persistence() const {
  const bool understood = parser_ && parser_->failure() == RequestParser::Failure::none && parser_->done();
  if (!understood || context_->draining) return Persistence::close;
  const RequestHead& head = parser_->head();
  return head.keep_alive && head.minor_version == 1 ? Persistence::keep_alive : Persistence::close;
}

asio::awaitable<Connection::Progress> Connection::read_head() {
  const ServerTimeouts& timeouts = context_->options.timeouts;
  parser_ = std::make_unique<RequestParser>(RequestParser::Limits{context_->options.header_max});
  if (unread().empty()) {
    idle_ = true;
    if (context_->draining && !first_request_) co_return Progress::end;
    const Milliseconds first = context_->draining ? timeouts.drain_fresh : timeouts.header;
    wire_->expires_after(first_request_ ? first : timeouts.idle);
    const Progress filled = co_await fill();
    idle_ = false;
    if (filled == Progress::end) co_return Progress::end;
  }
  first_request_ = false;
  wire_->expires_after(timeouts.header);
  while (!parser_->header_done() && parser_->failure() == RequestParser::Failure::none) {
    if (!unread().empty() && feed()) continue;
    if (parser_->failure() != RequestParser::Failure::none) break;
    const Progress filled = co_await fill();
    if (filled == Progress::end) co_return Progress::end;
  }
  wire_->expires_never();
  co_return Progress::go_on;
}

/// Reads more behind what is unread.
asio::awaitable<Connection::Progress> Connection::fill() {
  const std::size_t size_max = context_->options.header_max + buffer_reserve;
  if (buffer_.empty()) buffer_.resize(size_max);
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) co_return Progress::end;  // one line longer than all limits
  const asio::mutable_buffer into = asio::buffer(buffer_) + end_;
  const Received received = co_await receive(wire_, into);
  if (received.error) co_return Progress::end;
  end_ += received.size;
  co_return Progress::go_on;
}

/// Parses on; false: more bytes are needed.
bool Connection::feed() {
  const std::size_t taken = parser_->put(unread());
  begin_ += taken;
  return taken > 0 && parser_->failure() == RequestParser::Failure::none;
}

Result<Request> Connection::make_request() const {
  RequestHead& head = parser_->head();
  Result<Target> target = parse_target(head.target);
  if (!target) return target.error();
  // RFC 9112, sections 3.2 and 6.1: what cannot be framed or routed for certain is refused.
  if (head.minor_version == 1 && head.header("host").empty()) return bad_request("The Host header is missing.");
  if (!head.chunked && !head.header("transfer-encoding").empty())
    return bad_request("Only the chunked transfer encoding is understood.");
  Request request;
  request.listener = peer_.listener;
  request.method = head.method;
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  request.headers = head.headers;
  request.remote_address = context_->trusted_proxies.client(peer_.address, head.joined_header("x-forwarded-for"));
  return request;
}

asio::awaitable<Connection::Progress> Connection::route_request(Request request) {
  Router::Match match = context_->router.match(peer_.listener, request.method, request.path);
  Progress progress = Progress::end;
  route_ = match.route;
  if (match.route == nullptr) {
    const bool known = !match.allowed.empty();
    Response refusal = known ? simple_problem(ErrorCode::bad_request, 405, "The path does not know this method.")
                             : problem({ErrorCode::not_found, "There is nothing at this path.", {}});
    if (known) refusal.headers.emplace_back("allow", match.allowed);
    progress = co_await respond(std::move(refusal));
    co_return progress;
  }
  request.captures = std::move(match.captures);
  if (match.route->live)
    progress = co_await upgrade(match.route, std::move(request));
  else
    progress = co_await serve_route(match.route, std::move(request));
  co_return progress;
}

asio::awaitable<Connection::Progress> Connection::serve_route(const Router::Route* route, Request request) {
  BodyOutcome body;
  Admission admission;
  if (route->options.admit) admission = co_await admit(route, request);
  const std::uint64_t body_max = std::min(route->options.body_max, admission.body_max.value_or(UINT64_MAX));
  body.refusal = std::move(admission.refusal);
  if (!body.refusal) body = co_await read_body(route, body_max, std::move(request));
  if (body.progress == Progress::end) co_return Progress::end;
  Response response;
  if (body.refusal)
    response = std::move(*body.refusal);
  else
    response = co_await call(route, std::move(body.request));
  const Progress progress = co_await respond(std::move(response));
  co_return progress;
}

asio::awaitable<Connection::Progress> Connection::upgrade(const Router::Route* route, Request request) {
  Response refusal;
  std::optional<std::string> subprotocol =
      choose_subprotocol(request.header("sec-websocket-protocol"), route->live_options.subprotocols);
  LiveVerdict verdict;
  const bool upgrades = parser_->head().upgrade && asks_for_websocket(request) && parser_->done();
  if (!upgrades) {
    refusal = simple_problem(ErrorCode::bad_request, 426, "This path speaks WebSocket only.");
    refusal.headers.emplace_back("upgrade", "websocket");
    refusal.headers.emplace_back("sec-websocket-version", "13");
  } else if (!subprotocol) {
    refusal = problem(bad_request("None of the offered subprotocols is known here."));
  } else {
    verdict = route->live(request);
    refusal = std::move(verdict.refuse);
  }
  if (!verdict.accept) {
    const Progress progress = co_await respond(std::move(refusal));
    co_return progress;
  }
  constexpr int switching_protocols = 101;
  count_answer(switching_protocols);
  LiveStart begin;
  begin.head = parser_->head();
  begin.subprotocol = *subprotocol;
  begin.options = route->live_options;
  begin.accept = std::move(verdict.accept);
  begin.server_header = context_->options.server_header;
  begin.handshake_timeout = context_->options.timeouts.header;
  begin.close_timeout = context_->options.timeouts.live_close;
  begin.report = context_->report;
  wire_->put_back(unread());
  std::vector<char>().swap(buffer_);
  begin_ = end_ = 0;
  parser_.reset();
  co_await live(wire_, std::move(begin));
  co_return Progress::end;
}

}  // namespace inboxd::http
