#include "connectors/email/mail/decode.hpp"

#include <algorithm>
#include <vector>

#include "connectors/email/mail/gmime.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t piece_bytes = 64U << 10U;

Ref<GMimeFilter> filter_for(const std::string& encoding) {
  parser_options();
  const auto known = g_mime_content_encoding_from_string(encoding.c_str());
  switch (known) {
    case GMIME_CONTENT_ENCODING_BASE64:
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
    case GMIME_CONTENT_ENCODING_UUENCODE:
      return Ref<GMimeFilter>(g_mime_filter_basic_new(known, FALSE));
    case GMIME_CONTENT_ENCODING_DEFAULT:
    case GMIME_CONTENT_ENCODING_7BIT:
    case GMIME_CONTENT_ENCODING_8BIT:
    case GMIME_CONTENT_ENCODING_BINARY:
      return nullptr;
  }
  return nullptr;
}

Result<Reading> give(GMimeFilter* filter, std::string_view piece, const TakePiece& take) {
  if (filter == nullptr) return take(piece);
  std::string in(piece);
  char* out = nullptr;
  std::size_t size = 0;
  std::size_t before = 0;
  g_mime_filter_filter(filter, in.data(), in.size(), 0, &out, &size, &before);
  return size == 0 ? Result<Reading>(Reading::go_on) : take({out, size});
}

Result<void> finish(GMimeFilter* filter, const TakePiece& take) {
  if (filter == nullptr) return {};
  char nothing = '\0';
  char* out = nullptr;
  std::size_t size = 0;
  std::size_t before = 0;
  g_mime_filter_complete(filter, &nothing, 0, 0, &out, &size, &before);
  if (size == 0) return {};
  const auto last = take({out, size});
  return last ? Result<void>() : Result<void>(last.error());
}

}  // namespace

Result<void> decode(OriginalSource& source, const EncodedBytes& bytes, const TakePiece& take) {
  const auto filter = filter_for(bytes.encoding);
  if (auto moved = source.seek(bytes.begin); !moved) return moved;
  std::vector<char> buffer(std::min<std::uint64_t>(piece_bytes, bytes.end - bytes.begin));
  for (auto at = bytes.begin; at < bytes.end;) {
    const auto wanted = std::min<std::uint64_t>(buffer.size(), bytes.end - at);
    const auto count = source.read(std::span(buffer).first(wanted));
    if (!count) return count.error();
    if (count.value() == 0) break;
    at += count.value();
    const auto more = give(filter.get(), {buffer.data(), count.value()}, take);
    if (!more) return more.error();
    if (more.value() == Reading::enough) return {};
  }
  return finish(filter.get(), take);
}

Result<DecodedFront> decode_front(OriginalSource& source, const EncodedBytes& bytes, std::size_t bytes_max) {
  DecodedFront front;
  const auto done = decode(source, bytes, [&](std::string_view piece) -> Result<Reading> {
    const auto room = bytes_max - front.bytes.size();
    front.cut = piece.size() > room;
    front.bytes.append(piece.substr(0, room));
    return front.cut ? Reading::enough : Reading::go_on;
  });
  if (!done) return done.error();
  return front;
}

}  // namespace inboxd::connectors::email
