// Beast's basic_parser with our value as its target. It refuses what request smuggling lives on: both a length and
// chunks, repeated lengths, bare line ends (RFC 9112, section 6.3).
#include "daemon/http/request_parser.hpp"

#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "daemon/http/header_parameters.hpp"

namespace inboxd::http {

namespace beast = boost::beast;

std::string_view RequestHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

std::string RequestHead::joined_header(std::string_view name) const {
  std::string joined;
  for (const auto& [key, value] : headers) {
    if (key != name) continue;
    if (!joined.empty()) joined += ", ";
    joined += value;
  }
  return joined;
}

class RequestParser::BeastParser final : public beast::http::basic_parser<true> {
 public:
  RequestHead head;
  std::string body;

 private:
  using error_code = beast::error_code;
  using string_view = beast::string_view;

  void on_request_impl(beast::http::verb, string_view method, string_view target, int version, error_code&) override {
    head.method = method;
    head.target = target;
    head.minor_version = version % 10;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast::http::field, string_view name, string_view value, error_code&) override {
    if (in_trailer_) return;
    head.headers.emplace_back(lower_case({name.data(), name.size()}), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override { in_trailer_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }
  void on_finish_impl(error_code&) override {}

  bool in_trailer_ = false;
};

RequestParser::RequestParser(Limits limits) : parser_(std::make_unique<BeastParser>()) {
  parser_->header_limit(limits.header_max);
  parser_->body_limit(boost::none);  // routes have their own limits, checked by the connection
}

RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
  const bool header_was_done = parser_->is_header_done();
  beast::error_code error;
  const std::size_t taken = parser_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
  if (error && error != beast::http::error::need_more)
    failure_ = error == beast::http::error::header_limit ? Failure::header_too_large : Failure::malformed;
  if (!header_was_done && parser_->is_header_done()) {
    RequestHead& read = parser_->head;
    read.chunked = parser_->chunked();
    if (const auto length = parser_->content_length()) read.content_length = *length;
    read.keep_alive = parser_->keep_alive();
    read.upgrade = parser_->upgrade();
  }
  return taken;
}

bool RequestParser::header_done() const { return parser_->is_header_done(); }
bool RequestParser::done() const { return parser_->is_done(); }
RequestHead& RequestParser::head() { return parser_->head; }
std::string& RequestParser::body() { return parser_->body; }

}  // namespace inboxd::http
