#include "connectors/email/mail/body.hpp"

#include <algorithm>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/flowed.hpp"
#include "connectors/email/text/html_text.hpp"
#include "connectors/email/text/split.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

struct ReadPart {
  std::string text;
  std::string note;
  bool cut = false;
};

/// At the last line end where there is one near, else before the last character if it is UTF-8.
void cut_between_characters(std::string& bytes) {
  const auto newline = bytes.find_last_of('\n');
  if (newline != std::string::npos && newline > bytes.size() / 2) {
    bytes.resize(newline + 1);
    return;
  }
  while (!bytes.empty() && (static_cast<unsigned char>(bytes.back()) & 0xC0U) == 0x80U) bytes.pop_back();
  if (!bytes.empty() && static_cast<unsigned char>(bytes.back()) >= 0xC0U) bytes.pop_back();
}

Result<ReadPart> read_part(OriginalSource& source, const Part& part, std::size_t bytes_max) {
  auto front = decode_front(source, part.encoded(), bytes_max);
  if (!front) return front.error();
  if (front->cut) cut_between_characters(front->bytes);
  auto converted = to_utf8(front->bytes, part.head.charset);
  ReadPart read{std::move(converted.text), std::move(converted.note), front->cut};
  if (read.text.size() > bytes_max) {
    read.text.resize(cut_utf8(read.text, bytes_max).size());
    read.cut = true;
  }
  if (part.head.flowed) read.text = unflow(read.text, part.head.delete_space);
  return read;
}

std::string as_html(std::string_view plain) {
  std::string out = "<pre>";
  for (const char c : plain) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else
      out += c;
  }
  return out + "</pre>";
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\n") == std::string_view::npos; }

class TextReader {
 public:
  TextReader(OriginalSource& source, const DividedMail& mail) : source_(source), mail_(mail) {}

  Result<MailText> run(const Layout& layout) {
    const bool any_html = std::any_of(layout.blocks.begin(), layout.blocks.end(),
                                      [](const TextBlock& block) { return !block.html.empty(); });
    for (const auto& block : layout.blocks)
      if (auto done = add(block, any_html); !done) return done.error();
    split();
    return std::move(out_);
  }

 private:
  Result<void> add(const TextBlock& block, bool any_html) {
    auto plain = read_all(block.plain, plain_bytes_max - std::min(plain_bytes_max, text_.size()));
    if (!plain) return plain.error();
    auto html = read_all(block.html, html_bytes_max - std::min(html_bytes_max, out_.html.size()));
    if (!html) return html.error();
    const bool from_html = blank(*plain) && !blank(*html);
    only_html_ = only_html_ && from_html;
    add_text(from_html ? text_of_html(*html) : *plain);
    if (any_html) out_.html += html->empty() && !blank(*plain) ? as_html(*plain) : *html;
    source_html_ += *html;
    return {};
  }

  Result<std::string> read_all(const std::vector<std::size_t>& parts, std::size_t bytes_max) {
    std::string all;
    for (const auto index : parts) {
      auto read = read_part(source_, mail_.parts[index], bytes_max - std::min(bytes_max, all.size()));
      if (!read) return read.error();
      if (!read->note.empty()) note(read->note);
      if (!all.empty() && !all.ends_with('\n')) all += '\n';
      all += read->text;
      if (!read->cut) continue;
      out_.too_long.push_back(index);
      if (mail_.parts[index].head.is("text", "html")) html_cut_ = true;
      note("A text is longer than what is shown; the whole of it is attached.");
    }
    return all;
  }

  void add_text(std::string_view text) {
    if (blank(text)) return;
    if (!text_.empty()) text_ += text_.ends_with('\n') ? "\n" : "\n\n";
    text_ += text;
  }

  void split() {
    auto parts = only_html_ && !blank(text_) ? split_html(source_html_) : split_text(text_);
    out_.text = std::string(cut_utf8(parts.fresh, plain_bytes_max));
    out_.quoted = std::string(cut_utf8(parts.quoted, plain_bytes_max));
    out_.signature = std::string(cut_utf8(parts.signature, signature_bytes_max));
    // Cut HTML is no HTML: whoever wants it finds it among the files.
    if (html_cut_ || out_.html.size() > html_bytes_max) out_.html.clear();
  }

  void note(const std::string& sentence) {
    if (std::find(out_.notes.begin(), out_.notes.end(), sentence) == out_.notes.end()) out_.notes.push_back(sentence);
  }

  static constexpr std::size_t signature_bytes_max = 16U << 10U;

  OriginalSource& source_;
  const DividedMail& mail_;
  MailText out_;
  std::string text_;
  std::string source_html_;
  bool only_html_ = true;
  bool html_cut_ = false;
};

}  // namespace

Result<MailText> read_text(OriginalSource& source, const DividedMail& mail, const Layout& layout) {
  return TextReader(source, mail).run(layout);
}

Result<std::string> text_of_part(OriginalSource& source, const Part& part, std::size_t bytes_max) {
  auto read = read_part(source, part, bytes_max);
  if (!read) return read.error();
  return std::move(read->text);
}

}  // namespace inboxd::connectors::email
