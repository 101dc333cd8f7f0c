#include "daemon/visitors/content_type.hpp"

#include <algorithm>
#include <array>

namespace inboxd::visitors {
namespace {

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view mime;
};

using namespace std::string_view_literals;

constexpr std::array signatures{
    Signature{0, "\x89PNG\r\n\x1a\n"sv, "image/png"},
    Signature{0, "\xff\xd8\xff"sv, "image/jpeg"},
    Signature{0, "GIF87a"sv, "image/gif"},
    Signature{0, "GIF89a"sv, "image/gif"},
    Signature{8, "WEBPVP"sv, "image/webp"},
    Signature{0, "BM"sv, "image/bmp"},
    Signature{0, "%PDF-"sv, "application/pdf"},
    Signature{0, "ID3"sv, "audio/mpeg"},
    Signature{0, "\xff\xfb"sv, "audio/mpeg"},
    Signature{0, "OggS\0"sv, "audio/ogg"},
    Signature{8, "WAVE"sv, "audio/wav"},
    Signature{0, "\x1a\x45\xdf\xa3"sv, "video/webm"},
    Signature{4, "ftypqt"sv, "video/quicktime"},
    Signature{4, "ftypM4A"sv, "audio/mp4"},
    Signature{4, "ftyphei"sv, "image/heic"},
    Signature{4, "ftyp"sv, "video/mp4"},
    Signature{0, "PK\x03\x04"sv, "application/zip"},
    Signature{0, "\x1f\x8b\x08"sv, "application/gzip"},
};

bool fits(std::string_view bytes, const Signature& signature) {
  return bytes.size() >= signature.at + signature.bytes.size() &&
         bytes.substr(signature.at, signature.bytes.size()) == signature.bytes;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b | 0x20) : b);
         });
}

/// A tag at the very beginning is enough for a browser to think of a page or a drawing that runs scripts.
bool looks_like_markup(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r' || text.front() == '\n'))
    text.remove_prefix(1);
  return text.starts_with('<') || starts_with_ignoring_case(text, "%!ps");
}

/// The bytes that text never has (section 3 of the standard).
bool looks_binary(std::string_view bytes) {
  return std::any_of(bytes.begin(), bytes.end(), [](unsigned char byte) {
    return byte <= 0x08 || byte == 0x0B || (byte >= 0x0E && byte <= 0x1A) || (byte >= 0x1C && byte <= 0x1F);
  });
}

}  // namespace

std::string sniff_content_type(std::string_view bytes) {
  bytes = bytes.substr(0, sniffed_bytes_max);
  for (const auto& signature : signatures)
    if (fits(bytes, signature)) return std::string(signature.mime);
  if (bytes.empty() || looks_binary(bytes)) return "application/octet-stream";
  return looks_like_markup(bytes) ? "text/html" : "text/plain";
}

}  // namespace inboxd::visitors
