// Commands from JSON: every one refuses what is missing or of the wrong type in a sentence that names the field, and
// equal arguments have one fingerprint.
#include "daemon/http/api/commands.hpp"

#include <boost/json/parse.hpp>

#include "daemon/channels/configured_channels.hpp"
#include "daemon/http/api/arguments.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::http {
namespace {

Result<ParsedCommand> parse(const std::string& name, const std::string& arguments) {
  const CommandSurroundings surroundings{std::make_shared<const ConfiguredChannels>(), "e1",
                                         [](const std::string&) { return std::chrono::days{7}; }};
  return parse_command(name, boost::json::parse(arguments).as_object(), surroundings);
}

void refused(const std::string& name, const std::string& arguments, const std::string& field) {
  INFO(name << ' ' << arguments);
  const auto parsed = parse(name, arguments);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().code == ErrorCode::bad_request);
  CHECK(parsed.error().detail.starts_with('`' + field + '`'));
}

}  // namespace

TEST_CASE("every command names the argument that it misses") {
  refused("message.send", "{}", "conversation");
  refused("message.edit", R"({"text":"x"})", "message");
  refused("message.edit", R"({"message":"ms_1"})", "text");
  refused("message.delete", "{}", "message");
  refused("message.react", "{}", "message");
  refused("message.retry", "{}", "message");
  refused("message.resolve", R"({"message":"ms_1"})", "as");
  refused("message.move", R"({"conversation":"cv_1"})", "message");
  refused("conversation.start", R"({"to":"x"})", "inbox");
  refused("conversation.start", R"({"inbox":"x"})", "to");
  refused("conversation.update", "{}", "conversation");
  refused("conversation.read", "{}", "conversation");
  refused("contact.update", "{}", "contact");
  refused("contact.merge", R"({"contact":"ct_1"})", "from");
  refused("contact.split", "{}", "contact");
}

TEST_CASE("a wrong type is refused by the argument's name") {
  const std::string send = R"({"conversation":"cv_1",)";
  refused("message.send", R"({"conversation":7})", "conversation");
  refused("message.send", R"({"conversation":"ms_1"})", "conversation");
  refused("message.send", send + R"("text":7})", "text");
  refused("message.send", send + R"("note":"yes"})", "note");
  refused("message.send", send + R"("attachments":"at_1"})", "attachments");
  refused("message.send", send + R"("attachments":["at_1",2]})", "attachments");
  refused("message.send", send + R"("reply_to":"cv_1"})", "reply_to");
  refused("message.send", send + R"("if_seen":"soon"})", "if_seen");
  refused("message.send", send + R"("template":"hello"})", "template");
  refused("message.send", send + R"("template":{"name":"hello"}})", "template");
  const std::string update = R"({"conversation":"cv_1",)";
  refused("conversation.update", update + R"("status":"gone"})", "status");
  refused("conversation.update", update + R"("priority":1})", "priority");
  refused("conversation.update", update + R"("assignee":"cv_1"})", "assignee");
  refused("conversation.update", update + R"("tags":[1]})", "tags");
  refused("conversation.update", update + R"("snoozed_until":"tomorrow"})", "snoozed_until");
  refused("conversation.update", update + R"("if_version":"1"})", "if_version");
  refused("conversation.update", update + R"("if_version":1.5})", "if_version");
  refused("contact.update", R"({"contact":"ct_1","attributes":{"a":1}})", "attributes");
  refused("contact.update", R"({"contact":"ct_1","attributes":[]})", "attributes");
}

TEST_CASE("null takes a nullable value away and leaves the others as if absent") {
  CHECK(parse("conversation.update", R"({"conversation":"cv_1","assignee":null,"team":null,"snoozed_until":null})"));
  const auto fields = boost::json::parse(R"({"a":null,"b":"ag_2"})").as_object();
  Arguments arguments(fields);
  CHECK(arguments.nullable_id<AgentId>("a") == std::optional<std::optional<AgentId>>(std::optional<AgentId>{}));
  CHECK(arguments.nullable_id<AgentId>("b") == std::optional<std::optional<AgentId>>(AgentId{2}));
  CHECK_FALSE(arguments.nullable_id<AgentId>("c"));
  CHECK(arguments.outcome());
}

TEST_CASE("unknown arguments are ignored, unknown commands are not") {
  CHECK(parse("conversation.read", R"({"conversation":"cv_1","colour":"red"})"));
  CHECK_FALSE(parse("conversation.burn", "{}"));
}

TEST_CASE("a fingerprint is of the name and the arguments, whatever the order of their keys") {
  const auto of = [](const std::string& name, const std::string& arguments) {
    return parse(name, arguments).value().fingerprint;
  };
  const auto one = of("message.send", R"({"conversation":"cv_1","text":"a","template":{"name":"n","language":"it"}})");
  CHECK(of("message.send", R"({"template":{"language":"it","name":"n"},"text":"a","conversation":"cv_1"})") == one);
  CHECK(of("message.send", R"({"conversation":"cv_1","text":"b","template":{"name":"n","language":"it"}})") != one);
  CHECK(of("message.edit", R"({"message":"ms_1","text":"a"})") !=
        of("message.react", R"({"message":"ms_1","text":"a"})"));
}

TEST_CASE("a body is an object, not too deep; an empty one has no fields") {
  CHECK(parse_object("").value().empty());
  for (const auto& bad : {std::string("[]"), std::string("{"), std::string("7"), std::string("{\"a\":\"\xFF\"}"),
                          R"({"a":)" + std::string(40, '[') + std::string(40, ']') + "}"})
    CHECK_FALSE(parse_object(bad));
}

}  // namespace inboxd::http
