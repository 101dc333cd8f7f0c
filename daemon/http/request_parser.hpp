// Reads one HTTP/1 request out of bytes as they come, with Beast's parser behind it: header first, then the body piece
// by piece. Used by the connection; reads no socket.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/message.hpp"

namespace inboxd::http {

struct RequestHead {
  std::string method;
  std::string target;
  Headers headers;  // names in lower case
  std::optional<std::uint64_t> content_length;
  bool chunked = false;
  bool keep_alive = false;
  bool upgrade = false;
  int minor_version = 1;  // HTTP/1.0 or 1.1

  [[nodiscard]] bool has_body() const { return chunked || content_length.value_or(0) > 0; }
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// All lines of a field that is a list, as the one line that they mean (RFC 9110, section 5.3).
  [[nodiscard]] std::string joined_header(std::string_view name) const;
};

class RequestParser {
 public:
  struct Limits {
    std::uint32_t header_max = 16 * 1024;
  };
  enum class Failure { none, malformed, header_too_large };

  explicit RequestParser(Limits limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes what it understands from the front and says how many bytes that were; the rest comes again, with more
  /// behind it. Stops after the header.
  std::size_t put(std::string_view bytes);
  [[nodiscard]] Failure failure() const { return failure_; }
  [[nodiscard]] bool header_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] RequestHead& head();
  /// Body bytes that were put and not taken yet; the caller empties it.
  [[nodiscard]] std::string& body();

 private:
  class BeastParser;
  std::unique_ptr<BeastParser> parser_;
  Failure failure_ = Failure::none;
};

}  // namespace inboxd::http
