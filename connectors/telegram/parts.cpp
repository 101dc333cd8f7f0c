// Decides how files travel and which of them share an album.
#include "connectors/telegram/parts.hpp"

#include "connectors/telegram/entities.hpp"

namespace inboxd::connectors::telegram {
namespace {

/// Photos and videos mix in an album; documents and audio stay among their own; the rest go alone.
enum class AlbumKind { none, pictures, documents, tracks };

AlbumKind album_kind(FileMethod method) {
  switch (method) {
    case FileMethod::photo:
    case FileMethod::video:
      return AlbumKind::pictures;
    case FileMethod::document:
      return AlbumKind::documents;
    case FileMethod::audio:
      return AlbumKind::tracks;
    case FileMethod::animation:
    case FileMethod::voice:
      return AlbumKind::none;
  }
  return AlbumKind::none;
}

bool joins(const Part& part, FileMethod method) {
  if (part.files.empty() || part.files.size() == album_max) return false;
  const AlbumKind kind = album_kind(method);
  return kind != AlbumKind::none && kind == album_kind(part.files.back().method);
}

/// "image/png" of "image/png; name=x", in lower case.
std::string plain_mime(const std::string& mime) {
  std::string plain = mime.substr(0, mime.find(';'));
  while (!plain.empty() && plain.back() == ' ') plain.pop_back();
  for (char& c : plain)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return plain;
}

}  // namespace

Result<RichText> reply_text(const Outbound& reply) {
  if (reply.html.empty()) return RichText{reply.text, {}};
  return parse_html(reply.html);
}

FileMethod method_for(const OutboundAttachment& attachment) {
  const std::string mime = plain_mime(attachment.mime);
  if (mime == "image/jpeg" || mime == "image/png")
    return attachment.blob.size <= photo_bytes_max ? FileMethod::photo : FileMethod::document;
  if (mime == "image/gif") return FileMethod::animation;
  if (mime == "video/mp4") return FileMethod::video;
  if (mime == "audio/mpeg" || mime == "audio/mp4" || mime == "audio/x-m4a" || mime == "audio/mp3")
    return FileMethod::audio;
  if (mime == "audio/ogg" || mime == "audio/opus") return FileMethod::voice;
  return FileMethod::document;
}

std::vector<Part> parts_of(const RichText& text, const std::vector<OutboundAttachment>& attachments) {
  std::vector<Part> parts;
  const bool caption = !attachments.empty() && utf16_length(text.text) <= caption_units_max;
  if (!caption)
    for (RichText& piece : split_text(text, text_units_max)) parts.push_back({std::move(piece), {}});
  const std::size_t first_file = parts.size();
  for (const OutboundAttachment& attachment : attachments) {
    const FileMethod method = method_for(attachment);
    if (parts.size() == first_file || !joins(parts.back(), method)) parts.emplace_back();
    parts.back().files.push_back({attachment, method});
  }
  if (caption)
    for (RichText& piece : split_text(text, caption_units_max)) parts[first_file].text = std::move(piece);
  return parts;
}

}  // namespace inboxd::connectors::telegram
