// The header of an answer as bytes (RFC 9112, section 4), and which part of a blob a Range asks for. Pure; used by the
// connection and the server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/http/message.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::http {

enum class Persistence { keep_alive, close };

struct HeadOptions {
  std::string_view server;
  Timestamp now;
  std::uint64_t content_length = 0;
  Persistence persistence = Persistence::keep_alive;
};

/// Appends status line and header. The handler's own Content-Length, Connection and Transfer-Encoding are left out, as
/// is any header whose name or value could end its line.
void append_head(std::string& out, const Response& response, const HeadOptions& options);

struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t count = 0;
};
enum class RangeAnswer { whole, part, unsatisfiable };
/// Reads `bytes=a-b`, `a-`, `-n` (RFC 9110, section 14.1.2). Several ranges, other units and nonsense: whole.
RangeAnswer read_range(std::string_view range, std::uint64_t size, ByteRange& part);

}  // namespace inboxd::http
