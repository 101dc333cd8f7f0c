// Every kind of content survives its JSON, and what is not ours is an empty content.
#include "schemas/json/content.hpp"

#include <boost/json/serialize.hpp>

#include "tests/support/catch.hpp"

using namespace inboxd;

namespace {

std::vector<Content> samples() {
  std::vector<Content> all;
  const auto add = [&](ContentDetail detail) { all.push_back({std::move(detail), {}, false, ""}); };
  add(LocationContent{45.4642035, 9.1899821, "Duomo", "Piazza del Duomo", "https://example.com/?a=\"b\"", 900});
  add(LocationContent{-0.1, 179.999999999, "", "", "", 0});
  add(ContactsContent{{{"Anna Rossi", {"+39021234567"}, {"anna@example.com"}, "Rossi & figli"}, {"", {}, {}, ""}}});
  add(ContactsContent{});
  add(InteractiveContent{
      InteractiveForm::order, "id", "Title", "Description", "{\"a\":1}", {"yes", "no"}, {{"sku-1", 2, "9.99", "EUR"}}});
  for (const auto& [form, name] : EnumNames<InteractiveForm>::table)
    add(InteractiveContent{form, "x", "", "", "", {}, {}});
  add(CallContent{"in", "missed", 0});
  add(CallContent{"out", "ended", 61});
  add(StickerContent{"🙂", true});
  add(StickerContent{});
  add(MediaContent{true, false, true, 12});
  add(MediaContent{});
  add(UnsupportedContent{"venue2", "Open the message in the app."});
  add(ActivityContent{"number_changed", "+1 → +2"});
  add(TemplateContent{"order_update", "it"});
  all.push_back({std::monostate{}, Referral{"advertisement", "1", "https://example.com", "Sale", "Come"}, false, ""});
  all.push_back({MediaContent{}, Referral{}, true, "what she said\n\"quoted\"\t\x01"});
  return all;
}

}  // namespace

TEST_CASE("every kind of content reads back as it was written") {
  for (const auto& content : samples()) {
    const std::string written = content_to_text(content);
    INFO(written);
    CHECK(content_from_text(written) == content);
    CHECK(content_to_text(content_from_text(written)) == written);
    CHECK(content_from_json(content_to_json(content)) == content);
  }
}

TEST_CASE("an empty content is null as JSON and nothing as text") {
  CHECK(content_to_json({}).is_null());
  CHECK(content_to_text({}).empty());
  std::string written;
  JsonWriter writer(written);
  write_json(writer, Content{});
  CHECK(written == "null");
}

TEST_CASE("fields of the contract keep their names") {
  CHECK(content_to_text({LocationContent{45.5, 9, "Duomo", "", "", 0}, {}, false, ""}) ==
        R"({"type":"location","latitude":45.5,"longitude":9,"name":"Duomo"})");
  CHECK(content_to_text({UnsupportedContent{"venue2", "why"}, {}, true, "q"}) ==
        R"({"type":"unsupported","unsupported_type":"venue2","reason":"why","forwarded":true,"quoted_text":"q"})");
}

TEST_CASE("what is not ours is an empty content") {
  for (const std::string_view other :
       {"", "null", "[]", "17", "{", "{\"type\":17}", "{\"type\":\"new\"}", "{\"forwarded\":1}"})
    CHECK(content_from_text(other).empty());
}
