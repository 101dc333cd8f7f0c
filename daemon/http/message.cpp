// The two answers that every handler gives: JSON, and what is wrong.
#include "daemon/http/message.hpp"

#include <algorithm>
#include <chrono>

#include "schemas/json/writer.hpp"

namespace inboxd::http {

namespace {
/// RFC 9110's reason phrase of the code's status; RFC 9457 wants the title to be the same for one type of problem.
std::string_view title(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_request:
      return "Bad Request";
    case ErrorCode::unauthenticated:
      return "Unauthorized";
    case ErrorCode::forbidden:
      return "Forbidden";
    case ErrorCode::not_found:
      return "Not Found";
    case ErrorCode::conflict:
    case ErrorCode::conversation_moved:
    case ErrorCode::window_closed:
      return "Conflict";
    case ErrorCode::idempotency_mismatch:
      return "Unprocessable Content";
    case ErrorCode::resync_required:
    case ErrorCode::epoch_changed:
      return "Gone";
    case ErrorCode::rate_limited:
      return "Too Many Requests";
    case ErrorCode::payload_too_large:
      return "Content Too Large";
    case ErrorCode::channel_unavailable:
    case ErrorCode::storage_unavailable:
    case ErrorCode::draining:
      return "Service Unavailable";
    case ErrorCode::internal:
      return "Internal Server Error";
  }
  return "Internal Server Error";
}

/// The detail may quote what a client sent: the writer lets no invalid UTF-8 out.
std::string problem_body(const Error& error) {
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  writer.key("type");
  writer.string("about:blank");
  writer.key("title");
  writer.string(title(error.code));
  writer.key("status");
  writer.number(http_status(error.code));
  writer.key("code");
  writer.word(error.code);
  if (!error.detail.empty()) {
    writer.key("detail");
    writer.string(error.detail);
  }
  if (error.retry_after) {
    writer.key("retry_after_ms");
    writer.number(error.retry_after->count());
  }
  writer.end_object();
  return body;
}
}  // namespace

Response problem(const Error& error) {
  const int status = http_status(error.code);
  Response response;
  response.status = status;
  response.headers.emplace_back("content-type", "application/problem+json");
  if (error.code == ErrorCode::unauthenticated) response.headers.emplace_back("www-authenticate", "Bearer");
  if (error.retry_after) {
    const auto seconds = std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(*error.retry_after).count());
    response.headers.emplace_back("retry-after", std::to_string(seconds));
  }
  response.body = problem_body(error);
  return response;
}

Response json(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body), nullptr};
}

}  // namespace inboxd::http
