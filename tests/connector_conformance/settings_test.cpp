// A channel's definitions, its settings.schema.json and its README say the same.
#include <set>

#include "tests/connector_conformance/fixture.hpp"

using namespace inboxd;
using namespace inboxd::conformance;

namespace {

boost::json::value schema_of(const Channel& channel) {
  const auto json = parse_json(read_bytes(folder_of(channel) / "settings.schema.json"));
  REQUIRE(json.has_value());
  return *json;
}

std::string_view json_type(SettingType type) {
  switch (type) {
    case SettingType::text:
    case SettingType::url:
      return "string";
    case SettingType::secret:
      return "";  // text, or where it is kept
    case SettingType::flag:
      return "boolean";
    case SettingType::integer:
      return "integer";
    case SettingType::text_list:
      return "array";
    case SettingType::table:
      return "object";
  }
  return "";
}

}  // namespace

TEST_CASE("conformance: channels have distinct names, which are their folders") {
  std::set<std::string_view> names;
  for (const auto& channel : channels()) {
    CHECK(names.insert(channel.name).second);
    CHECK(std::filesystem::is_directory(folder_of(channel)));
  }
}

TEST_CASE("conformance: settings.schema.json describes exactly the keys that the channel takes") {
  for (const auto& channel : channels()) {
    INFO("channel " << channel.name);
    const auto schema = schema_of(channel);
    std::set<std::string> described;
    if (const auto* properties = member(schema, "properties").if_object())
      for (const auto& property : *properties) described.insert(std::string(property.key()));
    std::set<std::string> required;
    for (const auto& key : array_of(schema, "required")) required.insert(std::string(key.as_string()));
    for (const auto& definition : channel.settings) {
      INFO("setting " << definition.key);
      const std::string key(definition.key);
      CHECK(described.erase(key) == 1);
      CHECK(required.contains(key) == (definition.presence == Presence::required));
      CHECK_FALSE(definition.sentence.empty());
      const auto& property = member(member(schema, "properties"), definition.key);
      CHECK_FALSE(text_of(property, "description").empty());
      const auto type = json_type(definition.type);
      // A list of allowed values says the type by itself.
      if (!type.empty() && !has(property, "enum")) CHECK(text_of(property, "type") == type);
      CHECK(array_of(property, "enum").size() == definition.allowed.size());
    }
    CHECK(described.empty());
  }
}

TEST_CASE("conformance: a channel's README names every setting") {
  for (const auto& channel : channels()) {
    INFO("channel " << channel.name);
    const std::string readme = read_bytes(folder_of(channel) / "README.md");
    for (const auto& definition : channel.settings) {
      INFO("setting " << definition.key);
      CHECK(readme.find('`' + std::string(definition.key) + '`') != std::string::npos);
    }
  }
}
