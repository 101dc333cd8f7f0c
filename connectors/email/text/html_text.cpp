// text_of_html(): one pass over the tags, with the elements that are open; no tree is built.
#include "connectors/email/text/html_text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "connectors/email/text/html_marks.hpp"
#include "connectors/email/text/line_writer.hpp"
#include "connectors/sdk/html_tokens.hpp"
#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t link_bytes_max = 2048;

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

enum class Block { none, line, paragraph };

Block block_of(std::string_view name) {
  static constexpr std::string_view lines[] = {"div",   "li",      "tr",       "section", "pre",     "blockquote",
                                               "table", "article", "header",   "footer",  "address", "center",
                                               "form",  "hr",      "dl",       "dt",      "dd",      "main",
                                               "nav",   "aside",   "fieldset", "caption", "body"};
  static constexpr std::string_view paragraphs[] = {"p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"};
  if (is_one_of(lines, name)) return Block::line;
  return is_one_of(paragraphs, name) ? Block::paragraph : Block::none;
}

/// What no browser shows, with all that stands inside.
bool never_shown(std::string_view name) {
  static constexpr std::string_view names[] = {"svg",    "math",     "object", "template",
                                               "select", "datalist", "audio",  "video"};
  return is_one_of(names, name);
}

struct OpenElement {
  ElementMarks marks;
  Block block = Block::none;
  bool hidden = false;
  bool preformatted = false;
  bool numbered = false;
  int items = 0;  // so far, of a list
  std::string link;
  std::size_t begin = 0;  // of a link's text
};

class HtmlReader {
 public:
  MarkedText read(std::string_view html) {
    HtmlTokens tokens(html.substr(0, html_text_bytes_max));
    HtmlToken token;
    while (tokens.next(token)) {
      switch (token.kind) {
        case HtmlToken::Kind::text:
          if (hidden_ == 0) lines_.add(decode_text(token.text), preformatted_ > 0);
          break;
        case HtmlToken::Kind::start:
          start(token);
          break;
        case HtmlToken::Kind::end:
          close_to(nesting_.kept_at_end(token.name));
          break;
      }
    }
    close_to(0);
    return lines_.take();
  }

 private:
  void start(const HtmlToken& token) {
    close_to(nesting_.kept_at_start(token.name));
    if (hidden_ == 0) show_start(token);
    if (is_void_element(token.name) || is_empty_foreign(token) || nesting_.full()) return;
    OpenElement element;
    element.marks = marks_of(token);
    element.block = block_of(token.name);
    element.hidden = never_shown(token.name) || is_hidden(token);
    element.preformatted = token.name == "pre";
    element.numbered = token.name == "ol";
    if (token.name == "a") element.link = link_of(token);
    element.begin = lines_.size();
    if (quote_depth_ > 0 && token.name == "blockquote") element.marks.quote = true;
    enter(element);
    nesting_.open(token.name);
    open_.push_back(std::move(element));
  }

  void enter(const OpenElement& element) {
    hidden_ += element.hidden ? 1 : 0;
    preformatted_ += element.preformatted ? 1 : 0;
    quotations_ += element.marks.quotation ? 1 : 0;
    quote_depth_ += element.marks.quote ? 1 : 0;
    signatures_ += element.marks.signature ? 1 : 0;
    to_end_ = to_end_ || element.marks.to_end;
    tell_marks();
  }

  void close_to(std::size_t kept) {
    while (open_.size() > kept) {
      const OpenElement left = std::move(open_.back());
      open_.pop_back();
      if (hidden_ == 0 && !left.link.empty()) end_link(left);
      if (hidden_ == 0 && left.block != Block::none) lines_.start_block(left.block == Block::paragraph ? 2 : 1);
      hidden_ -= left.hidden ? 1 : 0;
      preformatted_ -= left.preformatted ? 1 : 0;
      quotations_ -= left.marks.quotation ? 1 : 0;
      quote_depth_ -= left.marks.quote ? 1 : 0;
      signatures_ -= left.marks.signature ? 1 : 0;
      tell_marks();
    }
    nesting_.close_to(kept);
  }

  void tell_marks() {
    LineMark mark = signatures_ > 0 ? LineMark::signature : LineMark::none;
    if (quotations_ > 0 || quote_depth_ > 0) mark = LineMark::quotation;
    lines_.stand_in(to_end_ ? LineMark::quotation_to_end : mark, quote_depth_);
  }

  void show_start(const HtmlToken& token) {
    if (token.name == "br") return lines_.break_line();
    if (token.name == "img") return add_alternative(token);
    if (token.name == "td" || token.name == "th") return lines_.add(" ", false);
    if (const Block block = block_of(token.name); block != Block::none)
      lines_.start_block(block == Block::paragraph ? 2 : 1);
    if (token.name == "li") mark_item();
  }

  void add_alternative(const HtmlToken& image) {
    const HtmlAttribute* alternative = image.attribute("alt");
    if (alternative != nullptr && !is_hidden(image)) lines_.add(decode_attribute(alternative->value), false);
  }

  void mark_item() {
    const bool numbered = !open_.empty() && open_.back().numbered;
    lines_.add_item_mark(numbered ? std::to_string(++open_.back().items) + "." : std::string("•"));
  }

  static std::string link_of(const HtmlToken& token) {
    const HtmlAttribute* href = token.attribute("href");
    if (href == nullptr || href->value.size() > link_bytes_max) return {};
    std::string url = decode_attribute(href->value);
    std::erase_if(url, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
    url.erase(0, std::min(url.find_first_not_of(' '), url.size()));
    url.erase(url.find_last_not_of(' ') + 1);
    return safe_link(url) ? url : std::string();
  }

  void end_link(const OpenElement& link) {
    const std::string_view shown = lines_.written_since(link.begin);
    if (!shown.empty() && !says_the_same(shown, link.link)) lines_.add(" (" + link.link + ")", false);
  }

  LineWriter lines_;
  HtmlNesting nesting_;
  std::vector<OpenElement> open_;  // as deep as nesting_
  int hidden_ = 0;
  int preformatted_ = 0;
  int quotations_ = 0;
  int quote_depth_ = 0;
  int signatures_ = 0;
  bool to_end_ = false;
};

}  // namespace

MarkedText marked_text_of_html(std::string_view html) { return HtmlReader().read(html); }

std::string text_of_html(std::string_view html) { return marked_text_of_html(html).text; }

}  // namespace inboxd::connectors::email
