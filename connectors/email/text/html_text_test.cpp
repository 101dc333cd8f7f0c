// What of an email's HTML is text for a reader, and how it is marked.
#include "connectors/email/text/html_text.hpp"

#include <algorithm>
#include <ctime>

#include "tests/support/catch.hpp"

namespace inboxd::connectors::email {
namespace {

TEST_CASE("blocks, lists and rows of HTML are lines of text", "[email]") {
  CHECK(text_of_html("<div>a</div><div><br></div><div>b<br></div><div>c</div>") == "a\n\nb\nc");
  CHECK(text_of_html("<p>a  b\n c</p><p>d</p>") == "a b c\n\nd");
  CHECK(text_of_html("<ul><li>a<li><p>b</p></ul><ol><li>c</li><li>d</li></ol>") == "• a\n• b\n\n1. c\n2. d");
  CHECK(text_of_html("<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>e") == "a b\nc d\ne");
  CHECK(text_of_html("<pre>a\n  b</pre>") == "a\n  b");
  CHECK(text_of_html("a&nbsp;&nbsp;b &euro;&#8364;&amp;&lt;") == "a b €€&<");
}

TEST_CASE("a link's address is shown where its text is another", "[email]") {
  CHECK(text_of_html("<a href=\"https://example.com/x\">here</a>.") == "here (https://example.com/x).");
  CHECK(text_of_html("<a href=\"https://www.example.com/\">example.com</a>") == "example.com");
  CHECK(text_of_html("<a href=\"mailto:a@example.com\">a@example.com</a>") == "a@example.com");
  CHECK(text_of_html("<a href=\"javascript:x\">here</a><a href=https://example.com></a>") == "here");
  CHECK(text_of_html("<a href=https://example.com/><img src=x alt=Shop></a>") == "Shop (https://example.com/)");
}

TEST_CASE("what no reader sees is not in the text", "[email]") {
  CHECK(text_of_html(
            "<html><head><title>t</title><style>s</style></head><body><script>x</script>a<!-- c --></body></html>") ==
        "a");
  CHECK(text_of_html("<div style=\"display: none; max-height:0\">preheader<br>&zwnj;</div><p>a</p>") == "a");
  CHECK(text_of_html(
            "<span style='MSO-HIDE:all'>x</span><p hidden>y</p><p>a</p><p style='max-height:0;overflow:hidden'>z") ==
        "a");
  CHECK(text_of_html("<p style='display:none'>x<p>a") == "a");
  CHECK(text_of_html("<svg width=1/>a<math/>") == "a");
  CHECK(text_of_html("<svg><text>x</text></svg><select><option>y</select>a") == "a");
}

TEST_CASE("quoted blocks stand behind signs, a letter's own indentation does not", "[email]") {
  CHECK(text_of_html("a<blockquote type=cite>b<blockquote type=cite>c</blockquote></blockquote>d") ==
        "a\n> b\n>> c\nd");
  CHECK(text_of_html("a<blockquote>b</blockquote>") == "a\nb");
}

TEST_CASE("every line has its mark", "[email]") {
  const auto marked = marked_text_of_html(
      "a<div class=gmail_signature>b</div><div class=gmail_quote>c<br><br>d</div><div id=appendonsend></div>e");
  CHECK(marked.text == "a\nb\nc\n\nd\ne");
  CHECK(marked.marks == std::vector{LineMark::none, LineMark::signature, LineMark::quotation, LineMark::quotation,
                                    LineMark::quotation, LineMark::quotation_to_end});
}

TEST_CASE("text beyond the limit is left out, deep nesting is flattened", "[email]") {
  CHECK(text_of_html(std::string(html_text_bytes_max + 5, 'a')).size() == html_text_bytes_max);
  std::string deep;
  for (int at = 0; at < 2000; ++at) deep += "<b><div>";
  const auto began = std::clock();
  CHECK(text_of_html(deep + "x") == "x");
  CHECK((std::clock() - began) / CLOCKS_PER_SEC < 3);
}

}  // namespace
}  // namespace inboxd::connectors::email
