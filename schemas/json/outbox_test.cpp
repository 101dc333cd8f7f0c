// An outbox row's payload survives a restart.
#include "schemas/json/outbox.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd;

TEST_CASE("an outbox payload reads back as it was written") {
  const OutboxPayload full{OutboundTemplate{"order", "it", R"([{"type":"body"}])"},
                           "👍",
                           "a\n\"b\"",
                           "<b>a</b>",
                           {"1", "2"},
                           {{"10", "11"}, true}};
  CHECK(payload_from_text(payload_to_text(full)) == full);
  const OutboxPayload edit{std::nullopt, "", "new text", "", {"wamid.1"}, {}};
  CHECK(payload_to_text(edit) == R"({"text":"new text","targets":["wamid.1"]})");
  CHECK(payload_from_text(payload_to_text(edit)) == edit);
}

TEST_CASE("an empty outbox payload is an empty text, and the reverse") {
  CHECK(payload_to_text({}).empty());
  for (const std::string_view other : {"", "{", "[]", "{\"template\":1}"})
    CHECK(payload_from_text(other) == OutboxPayload{});
}
