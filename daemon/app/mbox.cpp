#include "daemon/app/mbox.hpp"

#include <algorithm>
#include <utility>

#include "daemon/app/mail_date.hpp"

namespace inboxd::app {
namespace {

/// Of a line, what tells a separator or a Date header.
constexpr std::size_t line_bytes_kept = 1000;
constexpr std::string_view separator = "From ";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view without_return(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

/// The date of "From sender date", when nothing else stands there.
std::optional<Timestamp> separator_date(std::string_view line) {
  const auto sender_end = line.find(' ', line.find_first_not_of(' ', separator.size()));
  if (sender_end == std::string_view::npos) return std::nullopt;
  const auto date = read_mail_date(line.substr(sender_end));
  return date && date->alone ? std::optional(date->at) : std::nullopt;
}

bool is_date_header(std::string_view line) {
  constexpr std::string_view name = "date:";
  return line.size() >= name.size() && std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
           return a == (b >= 'A' && b <= 'Z' ? static_cast<char>(b - 'A' + 'a') : b);
         });
}

}  // namespace

bool MboxIndex::feed(std::string_view bytes) {
  while (!bytes.empty() && !wrong_) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    line_ += piece.substr(0, line_bytes_kept - std::min(line_bytes_kept, line_.size()));
    at_ += piece.size();
    if (end == std::string_view::npos) break;
    ++at_;
    bytes.remove_prefix(end + 1);
    line_ended();
  }
  return !wrong_;
}

Result<std::vector<MboxMail>> MboxIndex::finish() {
  if (at_ > line_begin_ && !wrong_) line_ended();
  if (wrong_) return *wrong_;
  if (place_ != Place::before_first) end_mail(at_);
  return std::move(mails_);
}

void MboxIndex::line_ended() {
  const auto line = without_return(line_);
  if (place_ == Place::before_first) {
    std::string_view first = line;
    if (line_number_ == 1 && first.starts_with(byte_order_mark)) first.remove_prefix(byte_order_mark.size());
    if (first.starts_with(separator)) {
      const auto dated = separator_date(first);
      first_is_dated_ = dated.has_value();
      begin_mail(dated);
    } else if (!first.empty()) {
      wrong_ = bad_request(first.starts_with("\x1F\x8B")
                               ? std::string("it is compressed; unpack it first")
                               : "it is no mbox: line " + std::to_string(line_number_) +
                                     " is the first that is not empty, and does not begin with \"From \"");
    }
  } else if (line.starts_with(separator)) {
    const auto dated = separator_date(line);
    if (dated || (!first_is_dated_ && after_empty_line_)) {
      end_mail(line_begin_);
      begin_mail(dated);
    }
  } else if (place_ == Place::header) {
    header_line(line);
  }
  after_empty_line_ = line.empty();
  line_.clear();
  line_begin_ = at_;
  ++line_number_;
}

void MboxIndex::begin_mail(std::optional<Timestamp> dated) {
  if (mails_.size() >= mails_max) {
    wrong_ = bad_request("it holds more than " + std::to_string(mails_max) + " mails; divide it");
    return;
  }
  place_ = Place::header;
  MboxMail mail;
  mail.offset = at_;
  mail.written_at = dated;
  mails_.push_back(mail);
}

void MboxIndex::end_mail(std::uint64_t at) {
  date_header_ended();
  mails_.back().size = at - mails_.back().offset;
}

void MboxIndex::header_line(std::string_view line) {
  const bool continued = line.starts_with(' ') || line.starts_with('\t');
  if (continued && date_ && date_->size() < line_bytes_kept) {
    *date_ += line;
    return;
  }
  if (continued) return;
  date_header_ended();
  if (line.empty()) place_ = Place::body;
  if (is_date_header(line)) date_ = line.substr(line.find(':') + 1);
}

/// The first that can be read counts.
void MboxIndex::date_header_ended() {
  if (!date_) return;
  const auto date = read_mail_date(*date_);
  date_.reset();
  if (!date || mails_.back().has_date_header) return;
  mails_.back().written_at = date->at;
  mails_.back().has_date_header = true;
}

void MboxText::feed(std::string_view bytes) {
  for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
    unfinished_ += bytes.substr(0, end);
    add_line(unfinished_);
    unfinished_.clear();
    bytes.remove_prefix(end + 1);
  }
  unfinished_ += bytes;
}

std::string MboxText::finish() {
  if (!unfinished_.empty()) add_line(std::exchange(unfinished_, {}));
  constexpr std::string_view empty_line = "\r\n\r\n";
  if (text_.ends_with(empty_line) || text_ == "\r\n") text_.resize(text_.size() - 2);
  return std::move(text_);
}

void MboxText::add_line(std::string_view line) {
  line = without_return(line);
  const auto quotes = line.find_first_not_of('>');
  if (quotes != std::string_view::npos && quotes > 0 && line.substr(quotes).starts_with(separator))
    line.remove_prefix(1);
  text_ += line;
  text_ += "\r\n";
}

}  // namespace inboxd::app
