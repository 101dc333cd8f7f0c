// What an HTTP client sends: target, headers, forms, the request as a whole, the WebSocket's close.
#include "daemon/http/api/list.hpp"
#include "daemon/http/header_parameters.hpp"
#include "daemon/http/live_frame.hpp"
#include "daemon/http/multipart.hpp"
#include "daemon/http/request_parser.hpp"
#include "daemon/http/subprotocol.hpp"
#include "daemon/http/target.hpp"
#include "daemon/http/trusted_proxies.hpp"
#include "schemas/types/ids.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

using namespace http;

struct Form {
  bool fine = false;
  std::string file;
  std::string name;
};

Form read_form(std::string_view bytes, std::size_t piece) {
  MultipartParser parser("b1");
  Form form;
  for (std::size_t at = 0; at < bytes.size(); at += piece)
    if (!parser.put(bytes.substr(at, piece), form.file)) return {};
  form.fine = parser.finish().ok();
  form.name = parser.file_name();
  return form;
}

struct Whole {
  RequestParser::Failure failure = RequestParser::Failure::none;
  bool done = false;
  std::string target;
  std::string body;
};

Whole read_request(std::string_view bytes, std::size_t piece) {
  RequestParser parser({});
  Whole whole;
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size() && !parser.done(); at += piece) {
    waiting += bytes.substr(at, piece);
    while (!waiting.empty() && !parser.done() && parser.failure() == RequestParser::Failure::none) {
      const auto taken = parser.put(waiting);
      promise(taken <= waiting.size(), "a parser takes what it was given");
      if (taken == 0) break;
      waiting.erase(0, taken);
      whole.body += std::exchange(parser.body(), {});
    }
    if (parser.failure() != RequestParser::Failure::none) break;
  }
  whole.failure = parser.failure();
  whole.done = parser.done();
  if (parser.header_done()) whole.target = parser.head().target;
  return whole;
}

}  // namespace

void http_target(std::string_view bytes) {
  if (const auto target = parse_target(bytes)) {
    promise(target->path.starts_with('/'), "a path begins with a slash");
    promise(target->path.find('\0') == std::string::npos, "a path has no NUL");
    promise((target->path + '/').find("/../") == std::string::npos, "a path has no dot segments");
  }
  const Query query(bytes);
  (void)query.find("after");
  (void)query.all("status");
  if (const auto limit = query.limit()) promise(*limit >= 1 && *limit <= list_max, "a limit is within its limits");
  (void)query.after<MessageId>();
  (void)choose_subprotocol(bytes, {"inboxd.v1"});
}

void http_request(std::string_view bytes) {
  const auto whole = read_request(bytes, bytes.size() + 1);
  const auto cut = read_request(bytes, 7);
  if (whole.failure != RequestParser::Failure::none) return;
  promise(whole.done == cut.done && whole.target == cut.target && whole.body == cut.body,
          "a request is the same however it is cut");
  (void)parse_target(whole.target);
}

void header_parameters(std::string_view bytes) {
  const auto parsed = parse_parameters(bytes);
  promise(parsed.value == lower_case(parsed.value), "a value is in lower case");
  (void)parsed.parameter("filename");
  if (const auto boundary = MultipartParser::boundary(bytes))
    promise(!boundary->empty() && boundary->size() <= 70, "a boundary has 1 to 70 characters (RFC 2046)");
}

void multipart(std::string_view bytes) {
  const auto whole = read_form(bytes, bytes.size() + 1);
  for (const std::size_t piece : {1, 5}) {
    const auto cut = read_form(bytes, piece);
    promise(whole.fine == cut.fine, "a form is refused or not however it is cut");
    if (whole.fine) promise(whole.file == cut.file && whole.name == cut.name, "a form is the same however it is cut");
  }
  promise(whole.name.find('/') == std::string::npos, "a file's name has no folder");
}

void forwarded_for(std::string_view bytes) {
  static const auto trusted = TrustedProxies::parse({"10.0.0.0/8", "::1", "unix"}).value();
  const auto client = trusted.client("10.1.2.3", bytes);
  promise(client == "10.1.2.3" || bytes.find(client) != std::string_view::npos, "a client is the peer or named");
  promise(trusted.client("192.0.2.1", bytes) == "192.0.2.1", "a stranger's header is not believed");
  (void)TrustedProxies::parse({std::string(bytes)});
}

void live_frame(std::string_view bytes) {
  (void)close_code(bytes);
  const auto frame = close_frame(4000, bytes);
  promise(frame.size() <= 127 && close_code(frame) == 4000, "a close frame is a control frame and tells its code");
}

}  // namespace inboxd::fuzz
