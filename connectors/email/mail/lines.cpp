#include "connectors/email/mail/lines.hpp"

#include <algorithm>

namespace inboxd::connectors::email {
namespace {
constexpr std::size_t piece_bytes = 64U << 10U;
}

LineReader::LineReader(OriginalSource& source) : source_(source), buffer_(piece_bytes) {}

Result<bool> LineReader::fill() {
  if (!rest_.empty()) return true;
  if (offset_ == 0)
    if (auto moved = source_.seek(0); !moved) return moved.error();
  const auto count = source_.read(buffer_);
  if (!count) return count.error();
  rest_ = std::string_view(buffer_.data(), count.value());
  whole_.update(rest_);
  return !rest_.empty();
}

Result<bool> LineReader::next(Line& line, std::size_t kept_max) {
  line.begin = offset_;
  line.text.clear();
  char last = '\0';  // the byte before the newline, which may lie in an earlier piece
  while (true) {
    const auto more = fill();
    if (!more) return more.error();
    if (!more.value()) break;
    const auto newline = rest_.find('\n');
    const auto piece = rest_.substr(0, newline == std::string_view::npos ? rest_.size() : newline + 1);
    if (in_body_) body_.update(piece);
    const auto text = newline == std::string_view::npos ? piece : piece.substr(0, newline);
    line.text.append(text.substr(0, kept_max - std::min(kept_max, line.text.size())));
    if (!text.empty()) last = text.back();
    offset_ += piece.size();
    rest_.remove_prefix(piece.size());
    if (newline == std::string_view::npos) continue;
    line.end = offset_;
    line.text_end = offset_ - (last == '\r' ? 2 : 1);
    line.text.resize(std::min<std::size_t>(line.text.size(), line.text_end - line.begin));
    return true;
  }
  line.end = line.text_end = offset_;
  return line.end != line.begin;
}

void LineReader::begin_body(const Line& line, std::uint64_t offset) {
  in_body_ = true;
  if (offset <= line.begin) body_.update(line.text);
  if (offset <= line.begin && line.end != line.text_end) body_.update("\n");
}

}  // namespace inboxd::connectors::email
