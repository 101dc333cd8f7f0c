// JSON that comes from outside, or from a store that another version wrote.
#include <boost/json/serialize.hpp>

#include "connectors/sdk/exchange_json.hpp"
#include "connectors/sdk/inbound_json.hpp"
#include "connectors/sdk/json_access.hpp"
#include "daemon/channels/configured_channels.hpp"
#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/commands.hpp"
#include "schemas/json/content.hpp"
#include "schemas/json/outbox.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

using namespace connectors;

constexpr std::size_t depth_max = 64;

std::size_t depth_of(const boost::json::value& json) {
  std::size_t deepest = 0;
  if (const auto* array = json.if_array())
    for (const auto& element : *array) deepest = std::max(deepest, depth_of(element));
  if (const auto* object = json.if_object())
    for (const auto& member_of_it : *object) deepest = std::max(deepest, depth_of(member_of_it.value()));
  return deepest + 1;
}

void read_fields(const boost::json::value& json) {
  for (const auto* key : {"id", "text", "a", "date"}) {
    (void)text_of(json, key);
    (void)integer_of(json, key);
    (void)number_of(json, key);
    (void)flag_of(json, key);
    (void)id_of(json, key);
    for (const auto& element : array_of(json, key)) (void)id_of(element, "id");
  }
}

}  // namespace

void inbound_json(std::string_view bytes) {
  const auto inbound = inbound_from_text(bytes);
  if (!inbound) return;
  // A member that says nothing is left out in the end.
  const auto again = inbound_from_text(inbound_to_text(*inbound));
  promise(again.ok(), "what was read can be written and read");
  const auto text = inbound_to_text(*again);
  const auto last = inbound_from_text(text);
  promise(last.ok() && inbound_to_text(*last) == text, "what was read twice stays as it is");
}

void stored_json(std::string_view bytes) {
  if (const auto json = parse_json(bytes)) {
    promise(depth_of(*json) <= depth_max, "the depth of JSON is bounded");
    read_fields(*json);
    (void)content_from_json(*json);
  }
  // Their own text only: a store that holds another is broken, and says so by an exception.
  try {
    (void)exchanges_from_text(bytes);
  } catch (const std::exception& refused_as_broken) {
  }
  try {
    (void)content_from_text(bytes);
  } catch (const std::exception& refused_as_broken) {
  }
  try {
    (void)payload_from_text(bytes);
  } catch (const std::exception& refused_as_broken) {
  }
}

/// What the stream takes from a client: a frame, and a command with its arguments in it.
void client_frame(std::string_view bytes) {
  const auto frame = http::parse_object(bytes);
  if (!frame) return;
  promise(http::canonical_text(*frame) == http::canonical_text(*frame), "equal arguments have one text");
  http::Arguments arguments(*frame);
  (void)arguments.cursor("since");
  (void)arguments.optional_texts("events");
  (void)arguments.optional_texts("inboxes");
  (void)arguments.optional_id<ConversationId>("conversation");
  (void)arguments.flag("on");
  const auto name = http::Arguments(*frame).text("name");
  const auto* given = frame->if_contains("args");
  if (given == nullptr || !given->is_object()) return;
  const auto parsed = http::parse_command(
      name, given->get_object(),
      {std::make_shared<ConfiguredChannels>(), "e1", [](const std::string&) { return std::chrono::days{7}; }});
  if (parsed) promise(parsed->name == name && parsed->fingerprint.size() == 32, "a command has its name and a print");
}

}  // namespace inboxd::fuzz
