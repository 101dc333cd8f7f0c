// Every inbound event survives its JSON, and what ingest could not use is refused by name.
#include "connectors/sdk/inbound_json.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;

namespace {

const Timestamp noon = parse_rfc3339("2026-11-22T12:00:00.007Z").value();
const InboundIdentity anna{"anna", {"+39021234567"}, "Anna", "anna_r", "+39021234567", "it", false};

Inbound everything() {
  MessageReceived full;
  full.origin = {"message:1", "shop"};
  full.direction = Direction::out;
  full.external_id = "1";
  full.thread = anna;
  full.sender = InboundIdentity{};
  full.sender->handle = "bo";
  full.kind = MessageKind::image;
  full.text = "Look\nhere";
  full.html = "<b>Look</b>";
  full.content = {MediaContent{false, true, false, 3}, Referral{"link", "", "https://example.com", "", ""}, true, "q"};
  full.attachments = {{"ref", "a.png", "image/png", 12, "00ff"}, {"other", "", "", {}, ""}};
  full.reply_to = "0";
  full.group = "album";
  full.created_at = noon;
  full.opens_reply_window = false;
  MessageReceived least;
  least.origin.dedupe_key = "message:2";
  least.external_id = "2";
  least.thread.handle = "anna";
  least.created_at = noon;
  return {
      {full, least, MessageEdited{{"e:1", ""}, "1", "new", "<i>new</i>", Content{}, noon},
       MessageEdited{{"e:2", ""}, "1", "", "", Content{LocationContent{1.5, 2, "", "", "", 60}, {}, false, ""}, noon},
       MessageEdited{{"e:3", ""},
                     "1",
                     "",
                     "",
                     {},
                     noon,
                     EditedFiles{MessageKind::video, {MediaContent{}, {}, false, ""}, full.attachments}},
       MessageDeleted{{"d:1", ""}, "1", noon}, ReactionChanged{{"r:1", ""}, "1", anna, {"👍", "🎉"}, noon},
       ReactionChanged{{"r:2", ""}, "1", anna, {}, noon},
       DeliveryReported{{"s:1", ""}, "1", "c1", DeliveryState::failed, "blocked", "She left.", noon},
       IdentityChanged{{"i:1", ""}, anna, false, {"contact_blocked", "x"}, noon},
       IdentityChanged{{"i:2", ""}, anna, {}, {}, noon}, AccountNotice{{"n:1", ""}, "quality", "low", true, noon},
       TypingReported{{"t:1", ""}, anna, false}},
      {{"callback-7"}},
      "event 3 is of an unknown type"};
}

}  // namespace

TEST_CASE("every inbound event reads back as it was written") {
  Inbound expected = everything();
  // An edit that says nothing of content and one that empties it are the same to every reader.
  std::get<MessageEdited>(expected.events[2]).content.reset();
  const std::string text = inbound_to_text(expected);
  INFO(text);
  const auto read = inbound_from_text(text);
  REQUIRE(read.ok());
  CHECK(read.value() == expected);
  CHECK(inbound_to_text(read.value()) == text);
}

TEST_CASE("the JSON of a plain message is short") {
  MessageReceived message;
  message.origin.dedupe_key = "m:1";
  message.external_id = "1";
  message.thread.handle = "anna";
  message.text = "Ciao";
  message.created_at = noon;
  CHECK(inbound_to_text({{message}, {}, ""}) == R"({
  "events": [
    {
      "event": "message_received",
      "dedupe_key": "m:1",
      "direction": "in",
      "external_id": "1",
      "thread": {
        "handle": "anna"
      },
      "kind": "text",
      "text": "Ciao",
      "created_at": "2026-11-22T12:00:00.007Z"
    }
  ]
}
)");
}

TEST_CASE("what ingest could not use is refused with the reason") {
  const auto refusal = [](std::string_view text) {
    const auto read = inbound_from_text(text);
    return read.ok() ? std::string() : read.error().detail;
  };
  CHECK(refusal("[]") == "Not a JSON object with an array `events`.");
  CHECK(refusal(R"({"events":[{"event":"typing_reported","thread":{"handle":"a"}}]})") == "Event 1 lacks dedupe_key.");
  CHECK(refusal(R"({"events":[{"event":"wave","dedupe_key":"k"}]})") == "Event 1 lacks a known `event`.");
  CHECK(refusal(R"({"events":[{"event":"typing_reported","dedupe_key":"k"}]})") == "Event 1 lacks thread.handle.");
  CHECK(refusal(R"({"events":[{"event":"message_deleted","dedupe_key":"k","external_id":"1","deleted_at":"noon"}]})") ==
        "Event 1 lacks deleted_at (RFC 3339).");
}
