// How an inbound attachment is found again: the media id and, where the webhook gave one, its address. Written by
// content_media.cpp, read by media.cpp, opaque to everybody else.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors::whatsapp {

struct MediaReference {
  std::string id;   // of 7 days' life; may be empty where there is a url
  std::string url;  // of 5 minutes' life; may be empty where there is an id
};

std::string to_text(const MediaReference& reference);
MediaReference media_reference_from(std::string_view text);

/// Lowercase hex of the base64 SHA-256 that webhooks give; empty unless it is exactly 32 bytes.
std::string sha256_hex_from_base64(std::string_view base64);

}  // namespace inboxd::connectors::whatsapp
