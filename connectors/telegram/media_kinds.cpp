// Photo, video, animation, audio, voice, video note, document, sticker, live photo and paid media.
#include <array>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/media.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;
using Reader = void (*)(const value& field, MessageReceived& event);

struct DefaultName {
  std::string_view name;
  std::string_view mime;
};

void add_file(const value& file, DefaultName fallback, MessageReceived& event) {
  InboundAttachment attachment;
  attachment.reference = text_of(file, "file_id");
  if (attachment.reference.empty()) return;
  attachment.name = text_of(file, "file_name");
  if (attachment.name.empty()) attachment.name = fallback.name;
  attachment.mime = text_of(file, "mime_type");
  if (attachment.mime.empty()) attachment.mime = fallback.mime;
  if (const auto size = integer_of(file, "file_size"); size > 0) attachment.size = static_cast<std::uint64_t>(size);
  event.attachments.push_back(std::move(attachment));
}

/// PhotoSize objects of one photo: the one with the most pixels.
void add_largest(const value& sizes, MessageReceived& event) {
  const auto* elements = sizes.if_array();
  if (elements == nullptr) return;
  const value* largest = nullptr;
  for (const value& size : *elements) {
    const auto pixels = [](const value& v) { return number_of(v, "width") * number_of(v, "height"); };
    if (largest == nullptr || pixels(size) >= pixels(*largest)) largest = &size;
  }
  if (largest != nullptr) add_file(*largest, {"photo.jpg", "image/jpeg"}, event);
}

MediaContent media_of(const value& file) {
  MediaContent content;
  content.duration_seconds = integer_of(file, "duration");
  return content;
}

void read_photo(const value& sizes, MessageReceived& event) {
  event.kind = MessageKind::image;
  add_largest(sizes, event);
}

void read_live_photo(const value& live, MessageReceived& event) {
  event.kind = MessageKind::image;
  add_file(live, {"live_photo.mp4", "video/mp4"}, event);
}

void read_video(const value& video, MessageReceived& event) {
  event.kind = MessageKind::video;
  event.content.detail = media_of(video);
  add_file(video, {"video.mp4", "video/mp4"}, event);
}

void read_animation(const value& animation, MessageReceived& event) {
  event.kind = MessageKind::video;
  MediaContent content = media_of(animation);
  content.animation = true;
  event.content.detail = content;
  add_file(animation, {"animation.mp4", "video/mp4"}, event);
}

void read_video_note(const value& note, MessageReceived& event) {
  event.kind = MessageKind::video;
  MediaContent content = media_of(note);
  content.round = true;
  event.content.detail = content;
  add_file(note, {"video_note.mp4", "video/mp4"}, event);
}

void read_audio(const value& audio, MessageReceived& event) {
  event.kind = MessageKind::audio;
  event.content.detail = media_of(audio);
  add_file(audio, {"audio.mp3", "audio/mpeg"}, event);
}

void read_voice(const value& voice, MessageReceived& event) {
  event.kind = MessageKind::audio;
  MediaContent content = media_of(voice);
  content.voice = true;
  event.content.detail = content;
  add_file(voice, {"voice.ogg", "audio/ogg"}, event);
}

void read_document(const value& document, MessageReceived& event) {
  event.kind = MessageKind::file;
  add_file(document, {"document", "application/octet-stream"}, event);
}

void read_sticker(const value& sticker, MessageReceived& event) {
  event.kind = MessageKind::sticker;
  const bool vector_animation = flag_of(sticker, "is_animated");
  const bool video = flag_of(sticker, "is_video");
  event.content.detail = StickerContent{text_of(sticker, "emoji"), vector_animation || video};
  if (vector_animation) return add_file(sticker, {"sticker.tgs", "application/x-tgsticker"}, event);
  if (video) return add_file(sticker, {"sticker.webm", "video/webm"}, event);
  add_file(sticker, {"sticker.webp", "image/webp"}, event);
}

void read_paid_media(const value& paid, MessageReceived& event) {
  for (const value& item : array_of(paid, "paid_media")) {
    if (has(item, "photo")) read_photo(member(item, "photo"), event);
    if (has(item, "video")) read_video(member(item, "video"), event);
    if (has(item, "live_photo")) read_live_photo(member(item, "live_photo"), event);
  }
  if (!event.attachments.empty()) return;
  event.kind = MessageKind::unsupported;
  event.content.detail = UnsupportedContent{"paid_media", "This media must be paid for in Telegram before it is seen."};
}

struct MediaField {
  std::string_view field;
  Reader read;
};

/// In the order in which they win: an animation sets `document` too, a live photo `photo`.
constexpr std::array media{
    MediaField{"animation", read_animation}, MediaField{"paid_media", read_paid_media},
    MediaField{"photo", read_photo},         MediaField{"live_photo", read_live_photo},
    MediaField{"video", read_video},         MediaField{"video_note", read_video_note},
    MediaField{"voice", read_voice},         MediaField{"audio", read_audio},
    MediaField{"sticker", read_sticker},     MediaField{"document", read_document},
};

}  // namespace

bool read_media(const value& message, MessageReceived& event) {
  for (const MediaField& kind : media) {
    if (!has(message, kind.field)) continue;
    kind.read(member(message, kind.field), event);
    const bool live = kind.field == "photo" && has(message, "live_photo");
    if (live) read_live_photo(member(message, "live_photo"), event);
    if (event.attachments.empty() && event.kind != MessageKind::unsupported) {
      event.kind = MessageKind::unsupported;
      event.content.detail = UnsupportedContent{std::string(kind.field), "Telegram named no file for it."};
    }
    return true;
  }
  return false;
}

}  // namespace inboxd::connectors::telegram
