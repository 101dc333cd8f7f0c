// The text form of a media reference, and the hash that comes with it. Called by content_media.cpp and media.cpp.
#include "connectors/whatsapp/media_reference.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string to_text(const MediaReference& reference) {
  return reference.url.empty() ? reference.id : reference.id + " " + reference.url;
}

MediaReference media_reference_from(std::string_view text) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return {std::string(text), ""};
  return {std::string(text.substr(0, space)), std::string(text.substr(space + 1))};
}

std::string sha256_hex_from_base64(std::string_view base64) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (base64.size() != 44 || base64.back() != '=') return {};
  base64.remove_suffix(1);
  std::string hex;
  unsigned bits = 0;
  int count = 0;
  for (const char c : base64) {
    const auto at = alphabet.find(c);
    if (at == std::string_view::npos) return {};
    bits = (bits << 6U | static_cast<unsigned>(at)) & 0xFFFFU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    const auto byte = bits >> static_cast<unsigned>(count) & 0xFFU;
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

}  // namespace inboxd::connectors::whatsapp
