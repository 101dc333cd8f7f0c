// HtmlTokens and HtmlNesting. What is unclosed runs to the end of the input, so no byte is looked at twice.
#include "connectors/sdk/html_tokens.hpp"

#include <algorithm>
#include <iterator>

namespace inboxd::connectors {
namespace {

constexpr std::string_view white_characters = " \t\n\r\f";

bool is_white(char c) { return white_characters.find(c) != std::string_view::npos; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Their content is no markup, and nothing for a reader.
bool is_raw(std::string_view name) {
  static constexpr std::string_view names[] = {"script", "style", "title", "iframe", "noembed", "noframes"};
  return is_one_of(names, name);
}

/// Ends of what is inside do not reach beyond these.
bool is_boundary(std::string_view name) {
  static constexpr std::string_view names[] = {"table", "td", "th", "caption"};
  return is_one_of(names, name);
}

/// Blocks end a paragraph that is still open.
bool ends_paragraph(std::string_view name) {
  static constexpr std::string_view names[] = {"p",      "div",    "ul", "ol",  "table",      "h1",      "h2",
                                               "h3",     "h4",     "h5", "h6",  "blockquote", "section", "article",
                                               "header", "footer", "hr", "pre", "center",     "dl",      "address"};
  return is_one_of(names, name);
}

struct Ends {
  std::string_view starting;
  std::string_view open;      // ended by it …
  std::string_view boundary;  // … unless one of these comes first
};
constexpr Ends ends[] = {{"li", "li", "ul ol table td"},
                         {"dt", "dt dd", "dl table td"},
                         {"dd", "dt dd", "dl table td"},
                         {"td", "td th", "tr table"},
                         {"th", "td th", "tr table"},
                         {"tr", "tr", "table"},
                         {"tbody", "tbody thead tfoot tr", "table"},
                         {"thead", "tbody thead tfoot tr", "table"},
                         {"tfoot", "tbody thead tfoot tr", "table"},
                         {"a", "a", "table td th"}};

bool lists(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != std::string_view::npos; at = words.find(word, at + 1)) {
    const bool begins = at == 0 || words[at - 1] == ' ';
    const std::size_t end = at + word.size();
    if (begins && (end == words.size() || words[end] == ' ')) return true;
  }
  return false;
}

}  // namespace

const HtmlAttribute* HtmlToken::attribute(std::string_view wanted) const {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const HtmlAttribute& attribute) { return attribute.name == wanted; });
  return found == attributes.end() ? nullptr : &*found;
}

bool HtmlTokens::next(HtmlToken& token) {
  while (!at_end()) {
    switch (markup_here()) {
      case Markup::start_tag:
        ++at_;
        if (!read_tag(token, HtmlToken::Kind::start)) return false;
        if (is_raw(token.name)) skip_content_of(token.name);
        return true;
      case Markup::end_tag:
        at_ += 2;
        return read_tag(token, HtmlToken::Kind::end);
      case Markup::comment:
        skip_comment();
        break;
      case Markup::declaration:
        skip_to_tag_end();
        break;
      case Markup::none: {
        const std::size_t end = std::min(html_.find('<', at_ + 1), html_.size());
        token.kind = HtmlToken::Kind::text;
        token.text = html_.substr(at_, end - at_);
        at_ = end;
        return true;
      }
    }
  }
  return false;
}

HtmlTokens::Markup HtmlTokens::markup_here() const {
  const std::string_view here = html_.substr(at_, 4);
  if (here.size() < 2 || here[0] != '<') return Markup::none;
  if (is_letter(here[1])) return Markup::start_tag;
  if (here.size() > 2 && here[1] == '/' && is_letter(here[2])) return Markup::end_tag;
  if (here == "<!--") return Markup::comment;
  return here[1] == '!' || here[1] == '?' || here[1] == '/' ? Markup::declaration : Markup::none;
}

void HtmlTokens::skip_comment() {
  at_ += 4;
  const std::string_view rest = html_.substr(at_);
  if (rest.starts_with('>')) {
    at_ += 1;
  } else if (rest.starts_with("->")) {
    at_ += 2;
  } else {
    // Either end counts; the first one that comes.
    std::size_t dashes = rest.find("--");
    while (dashes != std::string_view::npos) {
      const std::string_view after = rest.substr(dashes + 2);
      if (after.starts_with('>')) return void(at_ += dashes + 3);
      if (after.starts_with("!>")) return void(at_ += dashes + 4);
      dashes = rest.find("--", dashes + 1);
    }
    at_ = html_.size();
  }
}

void HtmlTokens::skip_to_tag_end() {
  const std::size_t end = html_.find('>', at_);
  at_ = end == std::string_view::npos ? html_.size() : end + 1;
}

void HtmlTokens::skip_content_of(std::string_view name) {
  for (std::size_t close = html_.find("</", at_); close != std::string_view::npos;
       close = html_.find("</", close + 2)) {
    const std::string_view there = html_.substr(close + 2, name.size());
    const bool same = std::equal(there.begin(), there.end(), name.begin(), name.end(),
                                 [](char left, char right) { return lower(left) == right; });
    const std::size_t end = close + 2 + name.size();
    if (!same || (end < html_.size() && !is_white(html_[end]) && html_[end] != '/' && html_[end] != '>')) continue;
    at_ = close;
    return;
  }
  at_ = html_.size();
}

/// At the name. False where the input ends within the tag.
bool HtmlTokens::read_tag(HtmlToken& token, HtmlToken::Kind kind) {
  token.kind = kind;
  token.name.clear();
  token.attributes.clear();
  for (; !at_end() && !is_white(html_[at_]) && html_[at_] != '/' && html_[at_] != '>'; ++at_)
    if (token.name.size() < html_name_bytes_max) token.name += lower(html_[at_]);
  while (true) {
    while (!at_end() && (is_white(html_[at_]) || html_[at_] == '/')) ++at_;
    if (at_end()) return false;
    if (html_[at_] == '>') break;
    read_attribute(token);
  }
  token.self_closing = html_[at_ - 1] == '/';
  ++at_;
  return true;
}

void HtmlTokens::read_attribute(HtmlToken& token) {
  const std::size_t begin = at_++;  // a "=" in front belongs to the name
  while (!at_end() && !is_white(html_[at_]) && html_[at_] != '/' && html_[at_] != '>' && html_[at_] != '=') ++at_;
  const std::string_view name = html_.substr(begin, std::min(at_ - begin, html_name_bytes_max));
  skip_white();
  std::string_view value;
  if (!at_end() && html_[at_] == '=') {
    ++at_;
    skip_white();
    value = read_value();
  }
  if (token.attributes.size() >= html_attributes_max) return;
  HtmlAttribute attribute{{}, value};
  std::transform(name.begin(), name.end(), std::back_inserter(attribute.name), lower);
  token.attributes.push_back(std::move(attribute));
}

std::string_view HtmlTokens::read_value() {
  if (at_end() || html_[at_] == '>') return {};
  const char quote = html_[at_];
  if (quote == '"' || quote == '\'') {
    const std::size_t begin = ++at_;
    const std::size_t end = std::min(html_.find(quote, begin), html_.size());
    at_ = std::min(end + 1, html_.size());
    return html_.substr(begin, end - begin);
  }
  const std::size_t begin = at_;
  while (!at_end() && !is_white(html_[at_]) && html_[at_] != '>') ++at_;
  return html_.substr(begin, at_ - begin);
}

void HtmlTokens::skip_white() {
  while (!at_end() && is_white(html_[at_])) ++at_;
}

bool is_void_element(std::string_view name) {
  static constexpr std::string_view names[] = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                               "input", "link", "meta", "param", "source", "track", "wbr"};
  return is_one_of(names, name);
}

bool is_empty_foreign(const HtmlToken& start) {
  return start.self_closing && (start.name == "svg" || start.name == "math");
}

std::size_t HtmlNesting::kept_at_start(std::string_view name) const {
  const auto* rule =
      std::find_if(std::begin(ends), std::end(ends), [&](const Ends& one) { return one.starting == name; });
  if (rule != std::end(ends)) {
    std::size_t kept = names_.size();
    for (std::size_t at = names_.size(); at > 0 && !lists(rule->boundary, names_[at - 1]); --at)
      if (lists(rule->open, names_[at - 1])) kept = at - 1;
    return kept;
  }
  if (!ends_paragraph(name)) return names_.size();
  for (std::size_t at = names_.size(); at > 0; --at) {
    const std::string& open = names_[at - 1];
    if (open == "p") return at - 1;
    if (is_boundary(open) || ends_paragraph(open) || open == "li") break;
  }
  return names_.size();
}

std::size_t HtmlNesting::kept_at_end(std::string_view name) const {
  const bool of_table = is_boundary(name) || name == "tr" || name == "tbody" || name == "thead" || name == "tfoot";
  for (std::size_t at = names_.size(); at > 0; --at) {
    if (names_[at - 1] == name) return at - 1;
    if (names_[at - 1] == "table" || (!of_table && is_boundary(names_[at - 1]))) break;
  }
  return names_.size();
}

}  // namespace inboxd::connectors
