// What WhatsApp takes and gives as media: types, sizes, and how each is sent. From Meta's "Media" reference and the
// list that its upload answers a refused type with. Called by sending, validation, capabilities and fetching.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors::whatsapp {

enum class MediaForm { image, audio, video, document, sticker };

struct MediaType {
  std::string_view mime;
  MediaForm form = MediaForm::document;
  std::string_view extension;
};

inline constexpr std::uint64_t image_bytes_max = 5ULL << 20U;
inline constexpr std::uint64_t audio_bytes_max = 16ULL << 20U;
inline constexpr std::uint64_t video_bytes_max = 16ULL << 20U;
inline constexpr std::uint64_t document_bytes_max = 100ULL << 20U;
/// Of an animated sticker; a static one may have 100 KB, which only the bytes could tell.
inline constexpr std::uint64_t sticker_bytes_max = 500ULL << 10U;

/// How this MIME type is sent, parameters such as "; codecs=opus" ignored; null where WhatsApp refuses it. Any other
/// text type goes as a plain text document.
const MediaType* media_type_of(std::string_view mime);

std::string_view form_name(MediaForm form);  // "image", as the message's type is called
std::uint64_t bytes_max_of(MediaForm form);
/// Images, videos and documents carry a caption; audio and stickers do not.
bool takes_caption(MediaForm form);

/// ".jpg" for a type that WhatsApp knows, else empty.
std::string extension_of(std::string_view mime);

}  // namespace inboxd::connectors::whatsapp
