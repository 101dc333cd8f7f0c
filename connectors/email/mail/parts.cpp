#include "connectors/email/mail/parts.hpp"

#include <algorithm>

#include "connectors/email/mail/lines.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t body_line_kept_max = 300;  // enough for any boundary

struct OpenMultipart {
  std::size_t part = 0;
  std::string boundary;
};

struct Boundary {
  std::size_t level = 0;  // in the stack
  bool closing = false;
};

class Divider {
 public:
  explicit Divider(OriginalSource& source) : lines_(source) {}

  Result<DividedMail> run() {
    open_part({});
    Line line;
    while (true) {
      const auto more = lines_.next(line, in_header_ ? header_bytes_max : body_line_kept_max);
      if (!more) return more.error();
      if (!more.value()) break;
      take(line);
      text_end_ = line.text_end;
    }
    line.begin = line.end = lines_.offset();
    text_end_ = line.end;
    if (in_header_) end_header(line.end);
    close_to(0);
    finish();
    return std::move(mail_);
  }

 private:
  void take(const Line& line) {
    if (const auto boundary = boundary_in(line)) {
      cross(*boundary, line);
      return;
    }
    if (!in_header_) return;
    Part& part = mail_.parts[current_];
    const bool first_line = current_ == 0 && !part.fields.cut() && part.fields.all().empty();
    if (part.fields.take(line.text)) return;
    const auto begin = line.text_end == line.begin ? line.end : line.begin;
    if (current_ == 0) lines_.begin_body(line, begin);
    if (first_line && begin == line.begin) note("The mail has no header; what came is shown as its text.");
    end_header(begin);
  }

  [[nodiscard]] std::optional<Boundary> boundary_in(const Line& line) const {
    if (stack_.empty() || !line.text.starts_with("--")) return std::nullopt;
    const auto text = std::string_view(line.text).substr(2);
    for (std::size_t level = stack_.size(); level-- > 0;) {
      const auto& wanted = stack_[level].boundary;
      if (!text.starts_with(wanted)) continue;
      auto rest = text.substr(wanted.size());
      const bool closing = rest.starts_with("--");
      if (closing) rest.remove_prefix(2);
      if (trimmed(rest).empty()) return Boundary{level, closing};
    }
    return std::nullopt;
  }

  void cross(const Boundary& boundary, const Line& line) {
    if (in_header_) end_header(line.begin);
    text_end_ = std::min(text_end_, line.begin);
    close_to(boundary.level + 1);
    if (boundary.closing) {
      close_to(boundary.level);
    } else if (mail_.parts.size() >= parts_max) {
      note("The mail has more than 1000 parts; the others are only in the original.");
    } else {
      open_part(stack_[boundary.level].part);
    }
  }

  void open_part(std::optional<std::size_t> parent) {
    Part part;
    auto room = header_bytes_max;
    if (parent) {
      part.depth = mail_.parts[*parent].depth + 1;
      mail_.parts[*parent].children.push_back(mail_.parts.size());
      room = std::min(part_header_bytes_max, all_headers_bytes_max - std::min(all_headers_bytes_max, header_bytes_));
      in_digest_ = mail_.parts[*parent].head.subtype == "digest";
    }
    part.fields.set_bytes_max(room);
    current_ = mail_.parts.size();
    mail_.parts.push_back(std::move(part));
    in_header_ = true;
    in_part_ = true;
  }

  void end_header(std::uint64_t body_begin) {
    in_header_ = false;
    Part& part = mail_.parts[current_];
    part.body_begin = part.body_end = body_begin;
    header_bytes_ += part.fields.bytes();
    if (part.fields.cut()) note("A header is too long; what is beyond the limit is only in the original.");
    part.head = content_head(part.fields, in_digest_);
    in_digest_ = false;
    if (part.head.type != "multipart") return;
    if (part.head.boundary.empty()) {
      note("The mail says that it has parts, not what divides them; it is shown as it came.");
      as_text(part);
    } else if (part.depth >= depth_max) {
      note("Parts lie deeper than 30 levels; what is below is kept as a file.");
      part.head.type = "application";
      part.head.subtype = "octet-stream";
    } else {
      stack_.push_back({current_, part.head.boundary});
      in_part_ = false;
    }
  }

  /// Ends the part that is being read, and every multipart from `level` up.
  void close_to(std::size_t level) {
    if (in_part_) end_body(mail_.parts[current_]);
    in_part_ = false;
    for (; stack_.size() > level; stack_.pop_back()) end_body(mail_.parts[stack_.back().part]);
  }

  void end_body(Part& part) const { part.body_end = std::max(part.body_begin, text_end_); }

  static void as_text(Part& part) {
    part.head.type = "text";
    part.head.subtype = "plain";
  }

  void finish() {
    for (auto& part : mail_.parts) {
      if (part.head.type != "multipart" || part.has_children()) continue;
      note("The mail says that it has parts, and none begins; it is shown as it came.");
      as_text(part);
    }
    mail_.whole_digest = lines_.whole_digest();
    mail_.body_digest = lines_.body_digest();
  }

  void note(std::string sentence) {
    if (std::find(mail_.notes.begin(), mail_.notes.end(), sentence) == mail_.notes.end())
      mail_.notes.push_back(std::move(sentence));
  }

  LineReader lines_;
  DividedMail mail_;
  std::vector<OpenMultipart> stack_;
  std::size_t current_ = 0;
  std::size_t header_bytes_ = 0;
  std::uint64_t text_end_ = 0;  // of the line before
  bool in_header_ = false;
  bool in_part_ = false;  // else between parts
  bool in_digest_ = false;
};

}  // namespace

Result<DividedMail> divide(OriginalSource& source) { return Divider(source).run(); }

}  // namespace inboxd::connectors::email
