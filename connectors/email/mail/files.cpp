#include "connectors/email/mail/files.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t name_bytes_max = 200;
constexpr std::size_t ending_bytes_max = 16;
constexpr std::size_t content_ids_max = 1000;  // no mail has more parts

struct Ending {
  std::string_view mime;
  std::string_view ending;
};
constexpr std::array endings{
    Ending{"image/jpeg", ".jpg"},          Ending{"image/png", ".png"},       Ending{"image/gif", ".gif"},
    Ending{"image/webp", ".webp"},         Ending{"application/pdf", ".pdf"}, Ending{"text/plain", ".txt"},
    Ending{"text/html", ".html"},          Ending{"text/csv", ".csv"},        Ending{"application/zip", ".zip"},
    Ending{"text/rfc822-headers", ".txt"}, Ending{"video/mp4", ".mp4"},       Ending{"audio/mpeg", ".mp3"},
};

bool starts_with_at(std::string_view text, std::size_t at, std::string_view wanted) {
  return text.substr(at, wanted.size()) == wanted;
}

/// Characters that turn the direction of writing hide what a file is.
std::size_t direction_mark(std::string_view text, std::size_t at) {
  for (const std::string_view mark :
       {"\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7",
        "\xE2\x81\xA8", "\xE2\x81\xA9", "\xE2\x80\x8E", "\xE2\x80\x8F"})
    if (starts_with_at(text, at, mark)) return mark.size();
  return 0;
}

std::string bounded_name(const std::string& name) {
  if (name.size() <= name_bytes_max) return name;
  const auto dot = name.rfind('.');
  const bool short_ending = dot != std::string::npos && name.size() - dot <= ending_bytes_max;
  const std::string ending = short_ending ? name.substr(dot) : std::string();
  return std::string(cut_utf8(name, name_bytes_max - ending.size())) + ending;
}

Result<std::string> inner_subject(OriginalSource& source, const Part& part) {
  const auto front = decode_front(source, part.encoded(), part_header_bytes_max);
  if (!front) return front.error();
  return decode_words(fields_of(front->bytes).find("subject"));
}

Result<std::string> name_of(OriginalSource& source, const Part& part, std::size_t number) {
  if (auto name = safe_file_name(part.head.name); !name.empty()) return name;
  const auto mime = part.head.mime();
  if (mime == "message/rfc822" || mime == "message/global") {
    auto subject = inner_subject(source, part);
    if (!subject) return subject.error();
    std::replace(subject->begin(), subject->end(), '/', '_');
    const auto name = safe_file_name(*subject);
    return name.empty() ? std::string("message.eml") : safe_file_name(name + ".eml");
  }
  if (mime == "text/calendar") return std::string("invitation.ics");
  if (mime == "application/ms-tnef") return std::string("winmail.dat");
  if (part.head.type == "message") return part.head.subtype + ".txt";  // a report's
  std::string name = (part.head.type == "image" ? "image-" : "attachment-") + std::to_string(number);
  for (const auto& known : endings)
    if (known.mime == mime) name += known.ending;
  return name;
}

Result<BlobRef> store(OriginalSource& source, const Part& part, PartSink& sink) {
  if (auto begun = sink.begin(); !begun) return begun.error();
  const auto done = decode(source, part.encoded(), [&](std::string_view piece) -> Result<Reading> {
    if (auto written = sink.write({piece.data(), piece.size()}); !written) return written.error();
    return Reading::go_on;
  });
  if (!done) return done.error();
  return sink.end();
}

std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool coded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    out += coded ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2])) : text[i];
    if (coded) i += 2;
  }
  return out;
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  const std::string clean = clean_line(name);
  const auto slash = clean.find_last_of("/\\");
  const std::string last = slash == std::string::npos ? clean : clean.substr(slash + 1);
  std::string out;
  for (std::size_t i = 0; i < last.size(); ++i) {
    if (const auto mark = direction_mark(last, i); mark != 0) {
      i += mark - 1;
      continue;
    }
    out += std::string_view("<>:\"|?*").find(last[i]) == std::string_view::npos ? last[i] : '_';
  }
  const auto first = out.find_first_not_of(". ");
  if (first == std::string::npos) return {};
  return bounded_name(out.substr(first));
}

std::set<std::string> content_ids_in(std::string_view html) {
  std::set<std::string> ids;
  const std::string lower = lower_case(html);
  for (auto at = lower.find("cid:"); at != std::string::npos && ids.size() < content_ids_max;
       at = lower.find("cid:", at + 4)) {
    const auto id = html.substr(at + 4, std::min<std::size_t>(message_id_bytes_max, html.size() - at - 4));
    ids.insert(percent_decoded(id.substr(0, id.find_first_of("\"'> )\t\n"))));
  }
  return ids;
}

Result<std::vector<InboundAttachment>> store_files(OriginalSource& source, const DividedMail& mail,
                                                   const std::vector<std::size_t>& files, std::string_view html,
                                                   PartSink& sink) {
  const auto shown = content_ids_in(html);
  std::vector<InboundAttachment> attachments;
  for (const auto index : files) {
    const Part& part = mail.parts[index];
    InboundAttachment attachment;
    auto name = name_of(source, part, attachments.size() + 1);
    if (!name) return name.error();
    auto blob = store(source, part, sink);
    if (!blob) return blob.error();
    attachment.name = std::move(*name);
    attachment.mime = part.head.mime();
    attachment.size = blob->size;
    attachment.blob = std::move(*blob);
    if (!part.head.content_id.empty() && shown.contains(part.head.content_id))
      attachment.content_id = part.head.content_id;
    attachments.push_back(std::move(attachment));
  }
  return attachments;
}

}  // namespace inboxd::connectors::email
