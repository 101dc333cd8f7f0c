// What JsonWriter writes is always valid JSON in valid UTF-8, whatever goes in.
#include "schemas/json/writer.hpp"

#include <limits>

#include <boost/json/parse.hpp>

#include "tests/support/catch.hpp"

using namespace inboxd;

namespace {

std::string written(std::string_view text) {
  std::string out;
  JsonWriter writer(out);
  writer.string(text);
  return out;
}

}  // namespace

TEST_CASE("characters that JSON forbids are escaped, all others stand for themselves") {
  CHECK(written("a\"b\\c\n\r\t\x01\x1f/\x7f") == "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f/\x7f\"");
  CHECK(written(std::string_view("\0", 1)) == "\"\\u0000\"");
  CHECK(written("è 漢 🙂") == "\"è 漢 🙂\"");
}

TEST_CASE("each byte that is not UTF-8 becomes one U+FFFD") {
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(written("a\xFFz") == "\"a" + bad + "z\"");
  CHECK(written("\xC0\xAF") == "\"" + bad + bad + "\"");            // overlong
  CHECK(written("\xED\xA0\x80") == "\"" + bad + bad + bad + "\"");  // a surrogate
  CHECK(written("\xF4\x90\x80\x80").size() == 2 + 12);              // beyond U+10FFFF
  CHECK(written("\xE2\x82") == "\"" + bad + bad + "\"");            // cut short
  CHECK(written("\xF0\x9F\x99") == "\"" + bad + bad + bad + "\"");  // cut short
}

TEST_CASE("every pair of bytes gives text that a strict parser takes") {
  for (int first = 0; first < 256; ++first)
    for (int second = 0; second < 256; ++second) {
      const char pair[] = {static_cast<char>(first), static_cast<char>(second)};
      boost::system::error_code error;
      const auto parsed = boost::json::parse(written({pair, 2}), error);
      if (error || !parsed.is_string()) FAIL("bytes " << first << ' ' << second);
    }
}

TEST_CASE("commas stand between elements and nowhere else") {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object();
  writer.key("a");
  writer.begin_array();
  writer.number(1);
  writer.begin_object();
  writer.end_object();
  writer.null();
  writer.boolean(true);
  writer.id(MessageId{7});
  writer.end_array();
  writer.escaped_key("b\"");
  writer.raw("[]");
  writer.end_object();
  CHECK(out == R"({"a":[1,{},null,true,"ms_7"],"b\"":[]})");
}

TEST_CASE("numbers read back exactly, and what JSON cannot say is null") {
  std::string out;
  JsonWriter writer(out);
  writer.begin_array();
  writer.number(std::numeric_limits<std::int64_t>::min());
  writer.number(std::numeric_limits<std::uint64_t>::max());
  writer.number(0.1);
  writer.number(std::numeric_limits<double>::quiet_NaN());
  writer.number(std::numeric_limits<double>::infinity());
  writer.end_array();
  CHECK(out == "[-9223372036854775808,18446744073709551615,0.1,null,null]");
}

TEST_CASE("times are RFC 3339 with milliseconds, as to_rfc3339 writes them") {
  for (const std::int64_t ms : {0LL, -1LL, 1'795'000'000'123LL, 951'782'399'999LL, -62'135'596'800'000LL}) {
    std::string out;
    JsonWriter writer(out);
    writer.time(from_unix_ms(ms));
    CHECK(out == '"' + to_rfc3339(from_unix_ms(ms)) + '"');
  }
}

TEST_CASE("a cut never splits a character") {
  const std::string text = "aé漢🙂";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    const auto cut = cut_utf8(text, length);
    CHECK(cut.size() <= length);
    CHECK(length - cut.size() < 4);
    CHECK(written(cut).find("\xEF\xBF\xBD") == std::string::npos);
  }
  CHECK(cut_utf8(std::string(10, '\x80'), 5).size() >= 2);
}

TEST_CASE("indented text says the same, one member a line") {
  CHECK(indented(R"({"a":[1,{"b":"x,{\"y"}],"c":{},"d":[]})") ==
        "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x,{\\\"y\"\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}\n");
}
