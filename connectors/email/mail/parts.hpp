// A mail divided into its parts (RFC 2046) in one pass over the original, with bounds on all that a mail can have too
// much of: no byte of a body is kept. GMime's own parser keeps an object per part, however many there are, and follows
// messages in messages; here a message in a message is a part as it stands. Used by read_mail().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "connectors/email/mail/content_head.hpp"
#include "connectors/email/mail/decode.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

inline constexpr int depth_max = 30;                                // multiparts in multiparts
inline constexpr std::size_t parts_max = 1000;                      // of all kinds
inline constexpr std::size_t header_bytes_max = 256U << 10U;        // the mail's own
inline constexpr std::size_t part_header_bytes_max = 32U << 10U;    // of one part
inline constexpr std::size_t all_headers_bytes_max = 1024U << 10U;  // of all parts together

struct Part {
  int depth = 0;
  Fields fields;
  ContentHead head;
  std::uint64_t body_begin = 0;
  std::uint64_t body_end = 0;
  std::vector<std::size_t> children;

  [[nodiscard]] bool has_children() const { return !children.empty(); }
  [[nodiscard]] EncodedBytes encoded() const { return {body_begin, body_end, head.encoding}; }
};

struct DividedMail {
  std::vector<Part> parts;  // the first is the mail itself
  std::string whole_digest;
  std::string body_digest;
  std::vector<std::string> notes;

  [[nodiscard]] const Part& root() const { return parts.front(); }
};

/// Fails only when the source does.
Result<DividedMail> divide(OriginalSource& source);

}  // namespace inboxd::connectors::email
