// LineWriter: see the header.
#include "connectors/email/text/line_writer.hpp"

#include <algorithm>

namespace inboxd::connectors::email {
namespace {

constexpr std::string_view no_break_space = "\xC2\xA0";
constexpr std::string_view white_characters = " \t\n\r\f";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(white_characters);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(white_characters) + 1 - begin);
}

std::string_view bare(std::string_view url) {
  for (const std::string_view prefix : {"http://", "https://", "mailto:", "tel:"})
    if (url.starts_with(prefix)) url.remove_prefix(prefix.size());
  if (url.starts_with("www.")) url.remove_prefix(4);
  if (url.ends_with('/')) url.remove_suffix(1);
  return url;
}

}  // namespace

void LineWriter::add(std::string_view text, bool preformatted) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (preformatted && c == '\n') {
      break_line();
    } else if (preformatted && c == ' ') {
      put(c);
    } else if (white_characters.find(c) != std::string_view::npos) {
      space_waits_ = true;
    } else if (text.substr(at, 2) == no_break_space) {
      // Programs write runs of them as padding: they wait as any white space.
      space_waits_ = true;
      ++at;
    } else {
      put(c);
    }
  }
}

void LineWriter::add_item_mark(std::string_view mark) {
  add(mark, false);
  space_waits_ = true;
  after_item_mark_ = true;
}

void LineWriter::break_line() {
  breaks_waiting_ = std::min(breaks_waiting_ + 1, breaks_max);
  space_waits_ = false;
}

void LineWriter::start_block(int breaks) {
  if (after_item_mark_) return;
  breaks_waiting_ = std::max(breaks_waiting_, breaks);
  space_waits_ = false;
}

void LineWriter::stand_in(LineMark mark, int quote_depth) {
  if (mark == mark_ && quote_depth == quote_depth_) return;
  // A quotation never shares a line with what is around it.
  if (!text_.empty()) breaks_waiting_ = std::max(breaks_waiting_, 1);
  mark_ = mark;
  quote_depth_ = std::min(quote_depth, quote_depth_max);
}

std::string_view LineWriter::written_since(std::size_t begin) const {
  return trimmed(std::string_view(text_).substr(std::min(begin, text_.size())));
}

MarkedText LineWriter::take() { return {std::move(text_), std::move(marks_)}; }

void LineWriter::put(char c) {
  if (text_.empty() || breaks_waiting_ > 0) {
    begin_line();
  } else if (space_waits_) {
    text_ += ' ';
  }
  breaks_waiting_ = 0;
  space_waits_ = false;
  after_item_mark_ = false;
  text_ += c;
}

void LineWriter::begin_line() {
  if (!text_.empty()) {
    text_.append(static_cast<std::size_t>(breaks_waiting_), '\n');
    marks_.insert(marks_.end(), static_cast<std::size_t>(breaks_waiting_ - 1), marks_.back());
  }
  marks_.push_back(mark_);
  if (quote_depth_ == 0) return;
  text_.append(static_cast<std::size_t>(quote_depth_), '>');
  text_ += ' ';
}

bool says_the_same(std::string_view shown, std::string_view url) {
  const auto bare_lower = [](std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(), lower);
    return std::string(bare(out));
  };
  return bare_lower(shown) == bare_lower(url);
}

}  // namespace inboxd::connectors::email
