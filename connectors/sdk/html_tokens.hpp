// Takes HTML of any quality apart into text and tags, as browsers do (HTML standard, 13.2.5), in one pass. Called by
// what sanitises HTML and by what reads its text; it decides nothing about what may be shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors {

/// Further attributes of one tag are left out.
inline constexpr std::size_t html_attributes_max = 64;
/// No element's name is longer; a longer one is cut, and so unknown.
inline constexpr std::size_t html_name_bytes_max = 32;

struct HtmlAttribute {
  std::string name;        // in lower case
  std::string_view value;  // as it is written: see decode_attribute()
};

struct HtmlToken {
  enum class Kind { text, start, end };
  Kind kind = Kind::text;
  std::string_view text;                  // Kind::text, as it is written: see decode_text()
  std::string name;                       // of a tag, in lower case
  std::vector<HtmlAttribute> attributes;  // of a start tag
  bool self_closing = false;              // "<svg/>": counts for foreign elements only

  /// The first attribute of that name, or nothing.
  [[nodiscard]] const HtmlAttribute* attribute(std::string_view wanted) const;
};

/// Comments, declarations and the content of scripts, styles and the like are passed over.
class HtmlTokens {
 public:
  explicit HtmlTokens(std::string_view html) : html_(html) {}

  /// The next one into `token`, or false at the end.
  bool next(HtmlToken& token);

 private:
  enum class Markup { none, start_tag, end_tag, comment, declaration };
  [[nodiscard]] Markup markup_here() const;
  void skip_comment();
  void skip_to_tag_end();
  void skip_content_of(std::string_view name);
  bool read_tag(HtmlToken& token, HtmlToken::Kind kind);
  void read_attribute(HtmlToken& token);
  std::string_view read_value();
  void skip_white();
  [[nodiscard]] bool at_end() const { return at_ >= html_.size(); }

  std::string_view html_;
  std::size_t at_ = 0;
};

/// Character references resolved (the named ones of HTML 4 and what obscures URLs), NUL and other control characters
/// but tab and line feed left out.
std::string decode_text(std::string_view written);
std::string decode_attribute(std::string_view written);

/// Elements that hold nothing: br, img, hr, input, …
bool is_void_element(std::string_view name);
/// "<svg/>" holds nothing, while "<p/>" begins a paragraph.
bool is_empty_foreign(const HtmlToken& start);

/// The elements that are open, and which of them a tag ends (a row ends the cell before it). Deep nesting is flattened.
class HtmlNesting {
 public:
  static constexpr std::size_t depth_max = 256;

  [[nodiscard]] std::size_t depth() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t at) const { return names_[at]; }
  /// How many elements stay open when `name` starts, respectively ends; as many as are open where it ends none.
  [[nodiscard]] std::size_t kept_at_start(std::string_view name) const;
  [[nodiscard]] std::size_t kept_at_end(std::string_view name) const;
  [[nodiscard]] bool full() const { return names_.size() >= depth_max; }
  void open(std::string name) { names_.push_back(std::move(name)); }
  void close_to(std::size_t kept) { names_.resize(kept); }

 private:
  std::vector<std::string> names_;
};

}  // namespace inboxd::connectors
