// Every charset as mail programs mean it, and bytes that are in none.
#include "connectors/email/mail/charset.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd::connectors::email;

TEST_CASE("email charsets: what is declared counts, in the sense that mail programs give it") {
  CHECK(to_utf8("\xE9", "iso-8859-1").text == "é");
  CHECK(to_utf8("\x93x\x94 \x80", "ISO-8859-1").text == "“x” €");
  CHECK(to_utf8("\x97\x46", "gb2312").text == "桭");
  CHECK(to_utf8("\x8C\x63", "ks_c_5601-1987").text == "똠");
  CHECK(to_utf8("\x82\xA0", "Shift_JIS").text == "あ");
  CHECK(to_utf8("\x1B$B$\"\x1B(B", "iso-2022-jp").text == "あ");
  CHECK(to_utf8("\xA4", "iso-8859-15").text == "€");
  CHECK(to_utf8("\xD0", "koi8-r").text == "п");
}

TEST_CASE("email charsets: where nothing is declared the bytes decide") {
  for (const auto* charset : {"", "us-ascii", "x-unknown", "unknown-8bit"}) {
    CHECK(to_utf8("é", charset).text == "é");
    CHECK(to_utf8("\xE9", charset).text == "é");
  }
  CHECK(to_utf8("\xEF\xBB\xBFx", "").text == "x");
  CHECK(to_utf8(std::string("\xFF\xFEx\0", 4), "").text == "x");
}

TEST_CASE("email charsets: UTF-16 is read with a mark and without, in either order") {
  CHECK(to_utf8(std::string("\xFE\xFF\0x", 4), "utf-16").text == "x");
  CHECK(to_utf8(std::string("x\0y\0", 4), "utf-16").text == "xy");
  CHECK(to_utf8(std::string("\0x\0y", 4), "utf-16").text == "xy");
  CHECK(to_utf8(std::string("x\0", 2), "utf-16le").text == "x");
}

TEST_CASE("email charsets: what cannot be read is marked or said, never lost") {
  CHECK(to_utf8("a\xFFz", "utf-8").text == "a\uFFFDz");
  CHECK_FALSE(to_utf8("a\xFFz", "utf-8").note.empty());
  CHECK(to_utf8("a\xE9", "no-such-charset").text == "aé");
  CHECK_FALSE(to_utf8("a\xE9", "no-such-charset").note.empty());
  CHECK(to_utf8("+AGE-", "utf-7").text == "+AGE-");
  CHECK_FALSE(to_utf8("+AGE-", "utf-7").note.empty());
  CHECK(to_utf8("x", "//TRANSLIT").text == "x");
  CHECK(to_utf8("\x82", "shift_jis").text == "\uFFFD");
}

TEST_CASE("email charsets: whatever the bytes and the charset, the text is valid") {
  std::string all;
  for (int i = 0; i < 70'000; ++i) all += static_cast<char>(i * 7 + i / 256);
  for (const auto* charset :
       {"", "utf-8", "utf-16", "utf-7", "gb2312", "big5", "euc-jp", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312",
        "koi8-r", "windows-1251", "ks_c_5601-1987", "utf-32", "ibm850", "macintosh", "unknown"}) {
    INFO(charset);
    const auto text = to_utf8(all, charset).text;
    CHECK(is_utf8(text));
    CHECK(text.find('\0') == std::string::npos);
  }
}

TEST_CASE("email charsets: a clean text has no controls but its line ends") {
  CHECK(clean_text(std::string("a\0b\x1b[1mc\r\nd\te\x7f", 13)) == "ab[1mc\nd\te");
  CHECK(clean_line("  a\r\n \t b ") == "a b");
  CHECK(clean_text("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(clean_text("\xC2\x93") == "“");
}
