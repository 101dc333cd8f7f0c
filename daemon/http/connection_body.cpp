// A request's body on its way in: limits, 100-continue, the sink that the route asks for.
#include <utility>

#include "daemon/http/body_sink.hpp"
#include "daemon/http/connection.hpp"
#include "daemon/http/header_parameters.hpp"
#include "daemon/http/wire_awaits.hpp"

namespace inboxd::http {

namespace {
Response too_large(std::uint64_t body_max) {
  return problem({ErrorCode::payload_too_large,
                  "The body is larger than the " + std::to_string(body_max) + " bytes that this path takes.",
                  {}});
}
}  // namespace

asio::awaitable<Admission> Connection::admit(const Router::Route* route, Request request) {
  Start<Admission> start = [route, &request](std::function<void(Admission)> done) {
    route->options.admit(request, std::move(done));
  };
  Admission admission = co_await completion<Admission>(std::move(start));
  co_return admission;
}

asio::awaitable<Connection::BodyOutcome> Connection::read_body(const Router::Route* route, std::uint64_t body_max,
                                                               Request request) {
  const RouteOptions& options = route->options;
  const RequestHead& head = parser_->head();
  BodyOutcome outcome;
  if (head.content_length.value_or(0) > body_max) {
    outcome.refusal = too_large(body_max);
    co_return outcome;
  }
  if (!head.has_body() && options.body == BodyMode::memory) {
    outcome.request = std::move(request);
    co_return outcome;
  }
  Result<std::unique_ptr<BodySink>> sink = make_body_sink(options.body, request, context_->blobs, context_->disk);
  Result<void> taken;
  if (!sink) taken = sink.error();
  if (taken && !parser_->done() && lower_case(head.header("expect")) == "100-continue" && head.minor_version == 1)
    wire_->append("HTTP/1.1 100 Continue\r\n\r\n");
  std::uint64_t size = 0;
  bool more = taken.ok();
  while (more) {
    const bool fed = !parser_->done() && !unread().empty() && feed();
    size += parser_->body().size();
    if (size > body_max) {
      outcome.refusal = too_large(body_max);
      co_return outcome;
    }
    if (!parser_->body().empty()) taken = co_await (*sink)->take(std::exchange(parser_->body(), std::string()));
    const bool malformed = parser_->failure() != RequestParser::Failure::none;
    if (taken && malformed) taken = bad_request("The body's chunks are not valid.");
    more = taken && !parser_->done();
    if (!more || fed) continue;
    wire_->expires_after(context_->options.timeouts.body);
    outcome.progress = co_await fill();
    if (outcome.progress == Progress::end) co_return outcome;
  }
  wire_->expires_never();
  if (!taken) {
    outcome.refusal = problem(taken.error());
    co_return outcome;
  }
  Result<Request> finished = co_await (*sink)->finish(std::move(request));
  if (finished)
    outcome.request = std::move(*finished);
  else
    outcome.refusal = problem(finished.error());
  co_return outcome;
}

}  // namespace inboxd::http
