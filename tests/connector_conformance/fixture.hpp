// What the conformance suite knows of a channel: the definitions it was built with and the files of its testdata/
// folder, described in connectors/README.md. A channel whose folder lacks a file skips what needs it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/json_access.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::conformance {

using namespace connectors;

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::filesystem::path folder_of(const Channel& channel) {
  return std::filesystem::path(INBOXD_SOURCE_DIR) / "connectors" / std::string(channel.name);
}

/// The value that a setting takes from its JSON, or from the text of its default.
inline SettingValue setting_from(SettingType type, const boost::json::value& json) {
  switch (type) {
    case SettingType::flag:
      return json.is_string() ? json.as_string() == "true" : json.as_bool();
    case SettingType::integer:
      return json.is_string() ? std::stoll(json.as_string().c_str()) : json.as_int64();
    case SettingType::text:
    case SettingType::secret:
    case SettingType::url:
      return std::string(json.as_string().c_str());
    case SettingType::text_list: {
      std::vector<std::string> texts;
      if (json.is_array())
        for (const auto& element : json.as_array()) texts.emplace_back(element.as_string().c_str());
      return texts;
    }
    case SettingType::table: {
      std::map<std::string, std::string> table;
      if (json.is_object())
        for (const auto& member : json.as_object()) table.emplace(member.key(), member.value().as_string().c_str());
      return table;
    }
  }
  return std::string();
}

class Fixture {
 public:
  explicit Fixture(const Channel& channel)
      : channel_(channel), testdata_(folder_of(channel) / "testdata"), json_(read_description()) {}

  [[nodiscard]] const boost::json::value& json() const { return json_; }
  [[nodiscard]] bool complete() const { return json_.is_object(); }

  /// The settings of conformance.json with defaults filled in, without those that `keep` refuses.
  template <class Keep>
  [[nodiscard]] Settings settings(Keep keep) const {
    Settings settings;
    for (const auto& definition : channel_.settings) {
      const auto& given = member(member(json_, "settings"), definition.key);
      if (!given.is_null() && keep(definition))
        settings.values[std::string(definition.key)] = setting_from(definition.type, given);
      else if (!definition.default_value.empty())
        settings.values[std::string(definition.key)] =
            setting_from(definition.type, boost::json::value(boost::json::string_view(
                                              definition.default_value.data(), definition.default_value.size())));
    }
    return settings;
  }

  [[nodiscard]] std::unique_ptr<Connector> connector() const {
    auto made = channel_.make(settings([](const SettingDefinition&) { return true; }));
    INFO((made.ok() ? std::string() : made.error().detail));
    REQUIRE(made.ok());
    return std::move(made).value();
  }

  [[nodiscard]] std::vector<std::string> secrets() const {
    std::vector<std::string> found;
    for (const auto& definition : channel_.settings)
      if (definition.type == SettingType::secret) {
        const std::string secret = text_of(member(json_, "settings"), definition.key);
        if (!secret.empty()) found.push_back(secret);
      }
    return found;
  }

  [[nodiscard]] bool has_webhook() const { return has(json_, "webhook"); }
  [[nodiscard]] WebhookRequest webhook() const {
    const auto& described = member(json_, "webhook");
    WebhookRequest request{
        "POST", text_of(described, "query"), {}, read_bytes(testdata_ / text_of(described, "body_file"))};
    if (has(described, "method")) request.method = text_of(described, "method");
    if (const auto* headers = member(described, "headers").if_object())
      for (const auto& header : *headers)
        request.headers.emplace_back(std::string(header.key()), std::string(header.value().as_string().c_str()));
    return request;
  }
  /// When the webhook arrives; matters where a signature covers a time.
  [[nodiscard]] Timestamp now() const {
    return parse_rfc3339(text_of(member(json_, "webhook"), "now")).value_or(from_unix_seconds(1'795'000'000));
  }

  /// Bodies of `NAME.in.json`, or of `NAME.json` beside `NAME.out.json`; the expected events may not be written yet.
  struct Golden {
    std::string name;
    std::string body;
    std::filesystem::path expected;
  };
  [[nodiscard]] std::vector<Golden> goldens() const {
    std::vector<Golden> found;
    if (!std::filesystem::is_directory(testdata_)) return found;
    for (const auto& entry : std::filesystem::directory_iterator(testdata_)) {
      const auto& path = entry.path();
      if (path.extension() != ".json" || path.stem().extension() == ".out") continue;
      const bool named_in = path.stem().extension() == ".in";
      const std::string name = named_in ? path.stem().stem().string() : path.stem().string();
      const auto expected = testdata_ / (name + ".out.json");
      if (named_in || std::filesystem::exists(expected)) found.push_back({name, read_bytes(path), expected});
    }
    std::sort(found.begin(), found.end(), [](const Golden& a, const Golden& b) { return a.name < b.name; });
    return found;
  }

 private:
  [[nodiscard]] boost::json::value read_description() const {
    const auto path = testdata_ / "conformance.json";
    if (!std::filesystem::exists(path)) return {};
    auto json = parse_json(read_bytes(path));
    INFO(path.string());
    REQUIRE(json.has_value());
    return *json;
  }

  const Channel& channel_;
  std::filesystem::path testdata_;
  boost::json::value json_;
};

/// Runs `check(channel, fixture)` for every channel whose folder holds testdata/conformance.json; says which it skips.
template <class Check>
void for_each_channel(Check check) {
  REQUIRE_FALSE(channels().empty());
  for (const auto& channel : channels()) {
    INFO("channel " << channel.name);
    const Fixture fixture(channel);
    if (!fixture.complete()) {
      WARN("connectors/" << channel.name << "/testdata/conformance.json is not there: skipped");
      continue;
    }
    check(channel, fixture);
  }
}

}  // namespace inboxd::conformance
