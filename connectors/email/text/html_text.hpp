// The text that a person sees in an email's HTML. Called while a mail is read; it never fails, and its time grows with
// the size of the HTML alone.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors::email {

/// HTML beyond this is not looked at.
inline constexpr std::size_t html_text_bytes_max = std::size_t{1024} * 1024;

/// What the mail program that wrote a line says about it by the element it stands in.
enum class LineMark : std::uint8_t {
  none,
  quotation,
  quotation_to_end,  // from this line on everything is quoted
  signature,
};

struct MarkedText {
  std::string text;
  std::vector<LineMark> marks;  // one for each line of `text`
};

/// White space collapsed, blocks and rows as lines, list items marked, images as their alternative text, links as
/// `text (url)` where the text is another, quoted blocks behind ">"; what is hidden stays out.
std::string text_of_html(std::string_view html);
MarkedText marked_text_of_html(std::string_view html);

}  // namespace inboxd::connectors::email
