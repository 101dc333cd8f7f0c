// safe_html(): reads tags as browsers do and writes a smaller language anew. Whatever a browser makes of the input, it
// gets to see only what is written here: no foreign content, no raw text elements, every "<" of a text escaped. That is
// why nothing can change its meaning when it is parsed once more.
#include "connectors/sdk/safe_html.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "connectors/sdk/html_tokens.hpp"
#include "connectors/sdk/rich_text.hpp"
#include "connectors/sdk/safe_attributes.hpp"

namespace inboxd::connectors {
namespace {

/// What comes after so much was written is left out.
constexpr std::size_t output_bytes_max = 4 * safe_html_bytes_max;

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_allowed(std::string_view tag) {
  static constexpr std::string_view tags[] = {
      "a",     "abbr",    "address", "article", "aside",      "b",      "bdi",      "bdo",    "big",  "blockquote",
      "br",    "caption", "center",  "cite",    "code",       "col",    "colgroup", "dd",     "del",  "dfn",
      "div",   "dl",      "dt",      "em",      "figcaption", "figure", "font",     "footer", "h1",   "h2",
      "h3",    "h4",      "h5",      "h6",      "header",     "hr",     "i",        "ins",    "kbd",  "li",
      "main",  "mark",    "nav",     "ol",      "p",          "pre",    "q",        "s",      "samp", "section",
      "small", "span",    "strike",  "strong",  "sub",        "sup",    "table",    "tbody",  "td",   "tfoot",
      "th",    "thead",   "time",    "tr",      "tt",         "u",      "ul",       "var",    "wbr"};
  return is_one_of(tags, tag);
}

/// Their content goes with them: it is no text for a reader, or another language.
bool goes_with_content(std::string_view tag) {
  static constexpr std::string_view tags[] = {"svg",   "math",   "object", "applet", "template", "select",
                                              "audio", "canvas", "video",  "map",    "datalist", "frameset"};
  return is_one_of(tags, tag);
}

class Sanitiser {
 public:
  explicit Sanitiser(const SafeHtmlOptions& options) : options_(options) {}

  std::string sanitise(std::string_view html) {
    HtmlTokens tokens(html.substr(0, safe_html_bytes_max));
    HtmlToken token;
    while (tokens.next(token) && out_.size() < output_bytes_max) {
      if (!left_out_.empty()) {
        pass_over(token);
        continue;
      }
      switch (token.kind) {
        case HtmlToken::Kind::text:
          escape_text(decode_text(token.text), out_);
          break;
        case HtmlToken::Kind::start:
          start(token);
          break;
        case HtmlToken::Kind::end:
          close_to(nesting_.kept_at_end(token.name == "body" ? "div" : token.name));
          break;
      }
    }
    close_to(0);
    return std::move(out_);
  }

 private:
  /// Inside an element that goes with its content, which ends with the last of its name.
  void pass_over(const HtmlToken& token) {
    if (token.kind == HtmlToken::Kind::text || token.name != left_out_) return;
    if (token.kind == HtmlToken::Kind::start && is_empty_foreign(token)) return;
    left_out_depth_ += token.kind == HtmlToken::Kind::start ? 1 : -1;
    if (left_out_depth_ == 0) left_out_.clear();
  }

  void start(HtmlToken& token) {
    if (goes_with_content(token.name)) {
      if (is_empty_foreign(token)) return;
      left_out_ = token.name;
      left_out_depth_ = 1;
      return;
    }
    if (token.name == "img") return image(token);
    if (token.name == "body") token.name = "div";  // it carries the letter's background
    if (!is_allowed(token.name)) return;
    close_to(nesting_.kept_at_start(token.name));
    const bool holds_nothing = is_void_element(token.name);
    if (!holds_nothing && nesting_.full()) return;
    out_ += '<' + token.name;
    write_safe_attributes(token, out_);
    out_ += '>';
    if (!holds_nothing) nesting_.open(token.name);
  }

  void close_to(std::size_t kept) {
    for (std::size_t at = nesting_.depth(); at > kept; --at) out_ += "</" + nesting_.name(at - 1) + '>';
    nesting_.close_to(kept);
  }

  void image(const HtmlToken& token) {
    const HtmlAttribute* source = token.attribute("src");
    const HtmlAttribute* alternative = token.attribute("alt");
    const std::string alt = alternative == nullptr ? std::string() : decode_attribute(alternative->value);
    const std::string url = source == nullptr ? std::string() : url_of(source->value);
    if (is_image_data(url)) return write_image(token, url);
    if (const auto content_id = content_id_of(url)) {
      const std::string own = options_.cid_url ? options_.cid_url(*content_id) : std::string();
      if (!own.empty()) return write_image(token, own);
    }
    if (is_remote(url)) return write_place_holder(token, url, alt);
    escape_text(alt, out_);
  }

  void write_image(const HtmlToken& token, const std::string& url) {
    out_ += "<img src=\"";
    escape_attribute(url, out_);
    out_ += '"';
    write_safe_attributes(token, out_);
    out_ += '>';
  }

  /// An image that is not there to be seen leaves nothing.
  void write_place_holder(const HtmlToken& token, const std::string& url, const std::string& alt) {
    if (is_tracker(token) || nesting_.full()) return;
    out_ += "<span class=\"";
    out_ += remote_image_class;
    out_ += "\" title=\"";
    escape_attribute(url, out_);
    out_ += "\">";
    escape_text(alt.empty() ? "[image]" : '[' + alt + ']', out_);
    out_ += "</span>";
  }

  const SafeHtmlOptions& options_;
  std::string out_;
  HtmlNesting nesting_;
  std::string left_out_;
  int left_out_depth_ = 0;
};

}  // namespace

std::string safe_html(std::string_view html, const SafeHtmlOptions& options) {
  return Sanitiser(options).sanitise(html);
}

}  // namespace inboxd::connectors
