// parse_html(): walks gumbo's tree without recursion and collects what a browser would show.
#include <algorithm>
#include <memory>
#include <optional>

#include <gumbo.h>

#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors {
namespace {

struct DestroyTree {
  void operator()(GumboOutput* output) const { gumbo_destroy_output(&kGumboDefaultOptions, output); }
};

enum class Block { none, line, paragraph };

Block block_of(GumboTag tag) {
  static constexpr GumboTag lines[] = {GUMBO_TAG_DIV, GUMBO_TAG_LI,         GUMBO_TAG_TR,    GUMBO_TAG_SECTION,
                                       GUMBO_TAG_PRE, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_TABLE, GUMBO_TAG_ARTICLE,
                                       GUMBO_TAG_HR,  GUMBO_TAG_DL,         GUMBO_TAG_DT,    GUMBO_TAG_DD};
  static constexpr GumboTag paragraphs[] = {GUMBO_TAG_P,  GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_H1, GUMBO_TAG_H2,
                                            GUMBO_TAG_H3, GUMBO_TAG_H4, GUMBO_TAG_H5, GUMBO_TAG_H6};
  if (std::find(std::begin(lines), std::end(lines), tag) != std::end(lines)) return Block::line;
  if (std::find(std::begin(paragraphs), std::end(paragraphs), tag) != std::end(paragraphs)) return Block::paragraph;
  return Block::none;
}

std::optional<TextStyle> style_of(GumboTag tag) {
  if (tag == GUMBO_TAG_B || tag == GUMBO_TAG_STRONG) return TextStyle::bold;
  if (tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6) return TextStyle::bold;
  if (tag == GUMBO_TAG_I || tag == GUMBO_TAG_EM) return TextStyle::italic;
  if (tag == GUMBO_TAG_U || tag == GUMBO_TAG_INS) return TextStyle::underline;
  if (tag == GUMBO_TAG_S || tag == GUMBO_TAG_DEL || tag == GUMBO_TAG_STRIKE) return TextStyle::strikethrough;
  if (tag == GUMBO_TAG_CODE || tag == GUMBO_TAG_TT || tag == GUMBO_TAG_KBD) return TextStyle::code;
  if (tag == GUMBO_TAG_PRE) return TextStyle::preformatted;
  if (tag == GUMBO_TAG_BLOCKQUOTE) return TextStyle::quote;
  if (tag == GUMBO_TAG_A) return TextStyle::link;
  return std::nullopt;
}

bool hidden(GumboTag tag) {
  return tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE || tag == GUMBO_TAG_TITLE || tag == GUMBO_TAG_HEAD ||
         tag == GUMBO_TAG_TEMPLATE || tag == GUMBO_TAG_IFRAME || tag == GUMBO_TAG_NOSCRIPT;
}

bool white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

/// Text as it grows. White space and line breaks wait until the next visible character, so that none lead or trail.
class VisibleText {
 public:
  void add(std::string_view text, bool preformatted) {
    for (const char c : text) {
      if (preformatted && c == '\n') {
        break_line();
      } else if (!preformatted && white(c)) {
        space_waits_ = true;
      } else if (c != '\r') {
        put(c);
      }
    }
  }
  void break_line() { ++breaks_waiting_, space_waits_ = false; }
  void start_block(Block block) {
    breaks_waiting_ = std::max(breaks_waiting_, block == Block::paragraph ? 2 : 1);
    space_waits_ = false;
  }
  /// Of a span that began at byte `begin`, before what waited then was written.
  [[nodiscard]] std::size_t first_visible(std::size_t begin, TextStyle style) const {
    const bool keeps_spaces = style == TextStyle::preformatted;
    while (begin < text_.size() && (text_[begin] == '\n' || (text_[begin] == ' ' && !keeps_spaces))) ++begin;
    return begin;
  }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  std::string take() { return std::move(text_); }

 private:
  void put(char c) {
    if (!text_.empty()) text_.append(static_cast<std::size_t>(breaks_waiting_), '\n');
    breaks_waiting_ = 0;
    if (space_waits_ && !at_line_start()) text_ += ' ';
    space_waits_ = false;
    text_ += c;
  }
  [[nodiscard]] bool at_line_start() const { return text_.empty() || text_.back() == '\n'; }

  std::string text_;
  int breaks_waiting_ = 0;
  bool space_waits_ = false;
};

struct OpenElement {
  const GumboNode* node = nullptr;
  unsigned next_child = 0;
  std::size_t begin = 0;
  int list_number = 0;  // of an <ol>'s next item
};

class Walk {
 public:
  RichText from(const GumboNode& root) {
    enter(root);
    while (!open_.empty()) {
      OpenElement& current = open_.back();
      const GumboVector& children = current.node->v.element.children;
      if (current.next_child == children.length) {
        leave();
      } else {
        visit(*static_cast<const GumboNode*>(children.data[current.next_child++]));
      }
    }
    // Elements end inside out; of two with the same bytes the outer one comes first.
    std::reverse(spans_.begin(), spans_.end());
    std::stable_sort(spans_.begin(), spans_.end(), [](const TextSpan& left, const TextSpan& right) {
      return left.begin != right.begin ? left.begin < right.begin : left.end > right.end;
    });
    return {text_.take(), std::move(spans_)};
  }

 private:
  void visit(const GumboNode& node) {
    switch (node.type) {
      case GUMBO_NODE_TEXT:
      case GUMBO_NODE_WHITESPACE:
      case GUMBO_NODE_CDATA:
        text_.add(node.v.text.text, preformatted_ > 0);
        return;
      case GUMBO_NODE_ELEMENT:
        enter(node);
        return;
      case GUMBO_NODE_DOCUMENT:
      case GUMBO_NODE_COMMENT:
      case GUMBO_NODE_TEMPLATE:
        return;
    }
  }

  void enter(const GumboNode& node) {
    const GumboElement& element = node.v.element;
    if (hidden(element.tag)) return;
    if (element.tag == GUMBO_TAG_BR) return text_.break_line();
    if (element.tag == GUMBO_TAG_IMG) return add_alternative(element);
    if (const Block block = block_of(element.tag); block != Block::none) text_.start_block(block);
    if (element.tag == GUMBO_TAG_LI) mark_item();
    if (element.tag == GUMBO_TAG_PRE) ++preformatted_;
    open_.push_back({&node, 0, text_.size(), 0});
  }

  void leave() {
    const OpenElement left = open_.back();
    open_.pop_back();
    const GumboElement& element = left.node->v.element;
    if (element.tag == GUMBO_TAG_PRE) --preformatted_;
    if (const auto style = style_of(element.tag); style && open_.size() < html_depth_max) add_span(*style, left);
    if (const Block block = block_of(element.tag); block != Block::none) text_.start_block(block);
  }

  void add_span(TextStyle style, const OpenElement& left) {
    TextSpan span{style, text_.first_visible(left.begin, style), text_.size(), {}};
    if (span.begin >= span.end) return;
    if (style == TextStyle::link) {
      const GumboAttribute* href = gumbo_get_attribute(&left.node->v.element.attributes, "href");
      if (href == nullptr || !safe_link(href->value)) return;
      span.link = href->value;
    }
    spans_.push_back(std::move(span));
  }

  void mark_item() {
    const bool numbered = !open_.empty() && open_.back().node->v.element.tag == GUMBO_TAG_OL;
    text_.add(numbered ? std::to_string(++open_.back().list_number) + "." : std::string("•"), false);
    text_.add(" ", false);
  }

  void add_alternative(const GumboElement& element) {
    const GumboAttribute* alternative = gumbo_get_attribute(&element.attributes, "alt");
    if (alternative != nullptr) text_.add(alternative->value, false);
  }

  VisibleText text_;
  std::vector<TextSpan> spans_;
  std::vector<OpenElement> open_;
  int preformatted_ = 0;
};

}  // namespace

Result<RichText> parse_html(std::string_view html) {
  if (html.size() > html_bytes_max) return bad_request("html is over 131072 bytes: send shorter text or a file.");
  if (static_cast<std::size_t>(std::count(html.begin(), html.end(), '<')) > html_tags_max)
    return bad_request("html has over 1000 tags: use less formatting.");
  const std::unique_ptr<GumboOutput, DestroyTree> tree(
      gumbo_parse_with_options(&kGumboDefaultOptions, html.data(), html.size()));
  return Walk().from(*tree->root);
}

}  // namespace inboxd::connectors
