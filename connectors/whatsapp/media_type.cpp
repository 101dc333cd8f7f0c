// The table of media types. Called by send_plan.cpp, validate.cpp, content_media.cpp and media.cpp.
#include "connectors/whatsapp/media_type.hpp"

#include <algorithm>
#include <array>

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::array<MediaType, 19> types{{
    {"image/jpeg", MediaForm::image, ".jpg"},
    {"image/png", MediaForm::image, ".png"},
    {"image/webp", MediaForm::sticker, ".webp"},
    {"audio/aac", MediaForm::audio, ".aac"},
    {"audio/amr", MediaForm::audio, ".amr"},
    {"audio/mpeg", MediaForm::audio, ".mp3"},
    {"audio/mp4", MediaForm::audio, ".m4a"},
    {"audio/ogg", MediaForm::audio, ".ogg"},  // only with the Opus codec
    {"audio/opus", MediaForm::audio, ".opus"},
    {"video/mp4", MediaForm::video, ".mp4"},
    {"video/3gpp", MediaForm::video, ".3gp"},
    {"text/plain", MediaForm::document, ".txt"},
    {"application/pdf", MediaForm::document, ".pdf"},
    {"application/msword", MediaForm::document, ".doc"},
    {"application/vnd.ms-excel", MediaForm::document, ".xls"},
    {"application/vnd.ms-powerpoint", MediaForm::document, ".ppt"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", MediaForm::document, ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", MediaForm::document, ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", MediaForm::document, ".pptx"},
}};

constexpr const MediaType& plain_text = types[11];

/// "Audio/OGG; codecs=opus" as "audio/ogg".
std::string essence_of(std::string_view mime) {
  std::string essence(mime.substr(0, mime.find(';')));
  while (!essence.empty() && essence.back() == ' ') essence.pop_back();
  for (auto& c : essence)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return essence;
}

}  // namespace

const MediaType* media_type_of(std::string_view mime) {
  const auto essence = essence_of(mime);
  const auto* const found =
      std::find_if(types.begin(), types.end(), [&](const MediaType& type) { return type.mime == essence; });
  if (found != types.end()) return found;
  return essence.starts_with("text/") ? &plain_text : nullptr;
}

std::string_view form_name(MediaForm form) {
  switch (form) {
    case MediaForm::image:
      return "image";
    case MediaForm::audio:
      return "audio";
    case MediaForm::video:
      return "video";
    case MediaForm::document:
      return "document";
    case MediaForm::sticker:
      return "sticker";
  }
  return "document";
}

std::uint64_t bytes_max_of(MediaForm form) {
  switch (form) {
    case MediaForm::image:
      return image_bytes_max;
    case MediaForm::audio:
      return audio_bytes_max;
    case MediaForm::video:
      return video_bytes_max;
    case MediaForm::document:
      return document_bytes_max;
    case MediaForm::sticker:
      return sticker_bytes_max;
  }
  return document_bytes_max;
}

bool takes_caption(MediaForm form) {
  return form == MediaForm::image || form == MediaForm::video || form == MediaForm::document;
}

std::string extension_of(std::string_view mime) {
  const auto* type = media_type_of(mime);
  return type != nullptr && essence_of(mime) == type->mime ? std::string(type->extension) : std::string();
}

}  // namespace inboxd::connectors::whatsapp
