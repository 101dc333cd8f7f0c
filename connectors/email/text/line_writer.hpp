// The text of HTML as it grows, line by line, each with its mark. Used by html_text.cpp only; it knows no tags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/text/html_text.hpp"

namespace inboxd::connectors::email {

/// White space and line breaks wait until the next visible character, so that none lead or trail.
class LineWriter {
 public:
  /// ">" in front of a line, at most so many.
  static constexpr int quote_depth_max = 8;
  /// At most two blank lines follow each other.
  static constexpr int breaks_max = 3;

  void add(std::string_view text, bool preformatted);
  /// A bullet or a number: what follows stays on its line.
  void add_item_mark(std::string_view mark);
  void break_line();
  void start_block(int breaks);
  /// What holds for the lines that begin from now on.
  void stand_in(LineMark mark, int quote_depth);
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  /// What was written after byte `begin`, without white space around.
  [[nodiscard]] std::string_view written_since(std::size_t begin) const;
  MarkedText take();

 private:
  void put(char c);
  void begin_line();

  std::string text_;
  std::vector<LineMark> marks_;
  LineMark mark_ = LineMark::none;
  int quote_depth_ = 0;
  int breaks_waiting_ = 0;
  bool space_waits_ = false;
  bool after_item_mark_ = false;
};

/// True where the text of a link is its URL, perhaps without scheme, "www." or the last "/".
bool says_the_same(std::string_view shown, std::string_view url);

}  // namespace inboxd::connectors::email
