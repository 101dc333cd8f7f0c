// What customers and agents format must survive both directions, and hostile markup must not.
#include "connectors/sdk/rich_text.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd::connectors;

namespace {

std::string round_trip(std::string_view html) { return to_html(parse_html(html).value()); }

}  // namespace

TEST_CASE("rich text: what a browser shows becomes text and spans") {
  const RichText rich = parse_html(
                            "<p>Hello <b>dear  <i>Ann</i></b>,</p><p>see <a href='https://x.test/?a=1&amp;b=2'>"
                            "this</a></p>")
                            .value();
  CHECK(rich.text == "Hello dear Ann,\n\nsee this");
  REQUIRE(rich.spans.size() == 3);
  CHECK(rich.spans[0] == TextSpan{TextStyle::bold, 6, 14, {}});
  CHECK(rich.spans[1] == TextSpan{TextStyle::italic, 11, 14, {}});
  CHECK(rich.spans[2] == TextSpan{TextStyle::link, 21, 25, "https://x.test/?a=1&b=2"});
}

TEST_CASE("rich text: blocks, lists and line breaks") {
  CHECK(parse_html("a<br>b<div>c</div>d").value().text == "a\nb\nc\nd");
  CHECK(parse_html("<ul><li>one</li><li>two</li></ul>").value().text == "• one\n• two");
  CHECK(parse_html("<ol><li>one</li><li>two</li></ol>end").value().text == "1. one\n2. two\n\nend");
  CHECK(parse_html("  x  <b> y</b> z\n").value().text == "x y z");
  CHECK(parse_html("<pre>a\n  b</pre>").value().text == "a\n  b");
  CHECK(parse_html("hi<br><b></b>").value().text == "hi");
  CHECK(parse_html("<h1>T</h1>x").value().spans.at(0) == TextSpan{TextStyle::bold, 0, 1, {}});
}

TEST_CASE("rich text: spans never include the white space that waited before them") {
  CHECK(parse_html("a<b> b</b>").value().spans.at(0) == TextSpan{TextStyle::bold, 2, 3, {}});
  CHECK(parse_html("a<blockquote>q</blockquote>b").value().spans.at(0) == TextSpan{TextStyle::quote, 2, 3, {}});
}

TEST_CASE("rich text: scripts, styles and dangerous links leave no trace") {
  CHECK(parse_html("<script>x()</script><style>p{}</style>ok").value() == RichText{"ok", {}});
  CHECK(parse_html("<a href='javascript:x()'>t</a>").value() == RichText{"t", {}});
  CHECK(to_html({"t", {{TextStyle::link, 0, 1, "javascript:x()"}}}) == "t");
  CHECK(to_html({"t", {{TextStyle::link, 0, 1, "https://x/\"><script>"}}}) ==
        "<a href=\"https://x/&quot;&gt;&lt;script&gt;\">t</a>");
  CHECK(to_html({"<b>&\"", {}}) == "&lt;b&gt;&amp;&quot;");
}

TEST_CASE("rich text: the subset survives a round trip") {
  for (const auto* html : {"a<b>b<i>c</i></b>d", "x<br>y", "<pre>a\nb</pre>", "<a href=\"mailto:a@b.test\">m</a>",
                           "<u>u</u><s>s</s>", "<blockquote>q<br>r</blockquote>", "<code>c</code>"})
    CHECK(round_trip(html) == html);
}

TEST_CASE("rich text: overlapping spans are cut, so that tags always nest") {
  CHECK(to_html({"abcd", {{TextStyle::bold, 0, 3, {}}, {TextStyle::italic, 1, 4, {}}}}) == "<b>a<i>bc</i></b><i>d</i>");
  CHECK(to_html({"ab", {{TextStyle::bold, 0, 9, {}}, {TextStyle::italic, 1, 1, {}}}}) == "ab");
}

TEST_CASE("rich text: hostile markup is refused or survived") {
  CHECK_FALSE(parse_html(std::string(html_bytes_max + 1, 'x')));
  std::string deep;
  for (std::size_t i = 0; i < html_tags_max; ++i) deep += "<b>";
  CHECK(parse_html(deep + "x").value().text == "x");
  CHECK(parse_html(deep + "x").value().spans.size() <= html_depth_max);
  CHECK_FALSE(parse_html(deep + "<i>x"));
  CHECK(parse_html("<b").value().text.empty());
  CHECK(parse_html("\xff\xfe<b>\0x").ok());
}

TEST_CASE("rich text: UTF-16 offsets of characters beyond the basic plane") {
  const std::string text = "a\u00e9\u20ac\U0001F600z";
  CHECK(code_point_count(text) == 5);
  CHECK(utf16_length(text) == 6);
  CHECK(byte_at_utf16(text, 0) == 0);
  CHECK(byte_at_utf16(text, 2) == 3);
  CHECK(byte_at_utf16(text, 3) == 6);
  CHECK(byte_at_utf16(text, 4) == 6);
  CHECK(byte_at_utf16(text, 5) == 10);
  CHECK(byte_at_utf16(text, 99) == text.size());
}

TEST_CASE("rich text: a slice keeps the parts of spans that lie in it") {
  const RichText rich{"one two", {{TextStyle::bold, 0, 7, {}}, {TextStyle::italic, 0, 3, {}}}};
  CHECK(slice(rich, 4, 99) == RichText{"two", {{TextStyle::bold, 0, 3, {}}}});
}
