// Image, video, document, audio, voice and sticker: one attachment, its caption, and what the bytes do not tell.
// Called by content.cpp; the bytes themselves are fetched later by media.cpp.
#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/content.hpp"
#include "connectors/whatsapp/media_reference.hpp"
#include "connectors/whatsapp/media_type.hpp"
#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

constexpr std::size_t url_bytes_max = 4096;

MessageKind kind_of(const std::string& type) {
  if (type == "image") return MessageKind::image;
  if (type == "video") return MessageKind::video;
  if (type == "audio" || type == "voice") return MessageKind::audio;
  if (type == "sticker") return MessageKind::sticker;
  return MessageKind::file;
}

MediaReference reference_of(const value& media) {
  MediaReference reference{id_of(media, "id"), text_of(media, "url")};
  if (reference.id.size() > id_bytes_max || reference.id.find(' ') != std::string::npos) reference.id.clear();
  const bool usable = reference.url.size() <= url_bytes_max && reference.url.starts_with("http") &&
                      reference.url.find(' ') == std::string::npos;
  if (!usable) reference.url.clear();
  return reference;
}

}  // namespace

MessageBody media_body(const value& media, const std::string& type) {
  const auto reference = reference_of(media);
  if (reference.id.empty() && reference.url.empty()) {
    auto missing = unsupported_body(type, "WhatsApp gave no id to fetch this file with.");
    missing.text = text_of(media, "caption");
    return missing;
  }
  MessageBody body;
  body.kind = kind_of(type);
  body.text = text_of(media, "caption");
  InboundAttachment attachment;
  attachment.reference = to_text(reference);
  attachment.mime = text_of(media, "mime_type");
  attachment.name = text_of(media, "filename");
  const bool voice = type == "voice" || flag_of(media, "voice");
  if (attachment.name.empty()) attachment.name = (voice ? "voice" : type) + extension_of(attachment.mime);
  attachment.sha256 = sha256_hex_from_base64(text_of(media, "sha256"));
  body.attachments.push_back(std::move(attachment));
  if (body.kind == MessageKind::sticker) body.content.detail = StickerContent{"", flag_of(media, "animated")};
  if (voice) body.content.detail = MediaContent{true, false, false, 0};
  return body;
}

}  // namespace inboxd::connectors::whatsapp
