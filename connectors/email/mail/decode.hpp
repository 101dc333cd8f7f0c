// The bytes of a part without their transfer encoding (RFC 2045, section 6), in pieces. Bad base64 and bad
// quoted-printable give what can be read of them. Used for texts and attachments.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

/// Where in the original, and how it is encoded there.
struct EncodedBytes {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string encoding;
};

enum class Reading { go_on, enough };
using TakePiece = std::function<Result<Reading>(std::string_view piece)>;

Result<void> decode(OriginalSource& source, const EncodedBytes& bytes, const TakePiece& take);

struct DecodedFront {
  std::string bytes;
  bool cut = false;  // there was more
};
Result<DecodedFront> decode_front(OriginalSource& source, const EncodedBytes& bytes, std::size_t bytes_max);

}  // namespace inboxd::connectors::email
