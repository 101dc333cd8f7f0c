// How one reply becomes provider messages: text pieces, single files and albums, in order. Called by sending.cpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "connectors/sdk/rich_text.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::telegram {

/// https://core.telegram.org/bots/api#sendmessage, #sending-files, #sendmediagroup
inline constexpr std::size_t text_units_max = 4096;
inline constexpr std::size_t caption_units_max = 1024;
inline constexpr std::size_t album_max = 10;
inline constexpr std::uint64_t photo_bytes_max = 10U << 20U;
inline constexpr std::uint64_t file_bytes_max = 50U << 20U;
/// Ours: what a person still reads in a chat. Longer text belongs in a file.
inline constexpr std::size_t reply_units_max = 8 * text_units_max;
inline constexpr std::size_t attachments_max = 20;

enum class FileMethod { photo, video, animation, audio, voice, document };

struct PartFile {
  OutboundAttachment attachment;
  FileMethod method = FileMethod::document;
};

/// One request: text alone, one file, or an album of two to ten; the text of files is their caption.
struct Part {
  RichText text;
  std::vector<PartFile> files;
};

/// The formatted text of a reply: its html where it has one, else its text.
Result<RichText> reply_text(const Outbound& reply);

FileMethod method_for(const OutboundAttachment& attachment);

std::vector<Part> parts_of(const RichText& text, const std::vector<OutboundAttachment>& attachments);

}  // namespace inboxd::connectors::telegram
