// Where long text is cut, and which entities Telegram would refuse beside each other.
#include "connectors/telegram/entities.hpp"

#include <boost/json/serialize.hpp>

#include "connectors/telegram/address.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd::connectors;
using namespace inboxd::connectors::telegram;

TEST_CASE("telegram: text is cut at a paragraph, else a line, else a word, else anywhere") {
  const auto texts = [](std::string text, std::size_t units) {
    std::vector<std::string> pieces;
    for (const RichText& piece : split_text({std::move(text), {}}, units)) pieces.push_back(piece.text);
    return pieces;
  };
  using Pieces = std::vector<std::string>;
  CHECK(texts("aaaa bb\n\ncc", 10) == Pieces{"aaaa bb", "cc"});
  CHECK(texts("aaaa bb\ncc dd", 10) == Pieces{"aaaa bb", "cc dd"});
  CHECK(texts("aaaa bbb cccc", 10) == Pieces{"aaaa bbb", "cccc"});
  CHECK(texts("aaaaaaaaaaaa", 10) == Pieces{"aaaaaaaaaa", "aa"});
  CHECK(texts("  a  ", 10) == Pieces{"a"});
  CHECK(texts(" \n ", 10).empty());
  CHECK(texts("\U0001F600\U0001F600\U0001F600", 3) == Pieces{"\U0001F600", "\U0001F600", "\U0001F600"});
}

TEST_CASE("telegram: a span over a cut is in both pieces") {
  const auto pieces = split_text({"aaaa bbbb", {{TextStyle::bold, 2, 9, {}}}}, 5);
  REQUIRE(pieces.size() == 2);
  CHECK(pieces[0].spans.at(0) == TextSpan{TextStyle::bold, 2, 4, {}});
  CHECK(pieces[1].spans.at(0) == TextSpan{TextStyle::bold, 0, 4, {}});
}

TEST_CASE("telegram: nothing is nested in code, and no quote in a quote") {
  const RichText rich{"abcd",
                      {{TextStyle::quote, 0, 4, {}},
                       {TextStyle::quote, 1, 3, {}},
                       {TextStyle::bold, 1, 2, {}},
                       {TextStyle::code, 1, 2, {}}}};
  CHECK(boost::json::serialize(write_entities(rich)) ==
        R"([{"type":"blockquote","offset":0,"length":4},{"type":"bold","offset":1,"length":1}])");
}

TEST_CASE("telegram: chats and messages survive being text, and nonsense names neither") {
  for (const auto* id : {"77:1", "-1001234567890:5", "b:bc:9:-3:7"}) CHECK(to_text(parse_message(id).value()) == id);
  CHECK(parse_chat("b:bc9:77") == ChatAddress{"bc9", 77});
  for (const auto* id : {"", ":", "77", "77:", "77:x", "x:1", "callback:4", "77:u9", "b::1:2", "77:0"})
    CHECK_FALSE(parse_message(id));
}
