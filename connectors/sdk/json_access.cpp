#include "connectors/sdk/json_access.hpp"

#include <charconv>

#include <boost/json/parse.hpp>

namespace inboxd::connectors {
namespace {

const boost::json::value null_value;
const boost::json::array empty_array;

}  // namespace

std::optional<boost::json::value> parse_json(std::string_view bytes) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  auto value = boost::json::parse(boost::json::string_view(bytes.data(), bytes.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

const boost::json::value& member(const boost::json::value& object, std::string_view key) {
  const auto* fields = object.if_object();
  if (fields == nullptr) return null_value;
  const auto* found = fields->if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr ? *found : null_value;
}

bool has(const boost::json::value& object, std::string_view key) { return !member(object, key).is_null(); }

std::string text_of(const boost::json::value& object, std::string_view key) {
  const auto* text = member(object, key).if_string();
  return text != nullptr ? std::string(text->data(), text->size()) : std::string();
}

std::int64_t integer_of(const boost::json::value& object, std::string_view key) {
  const auto& value = member(object, key);
  if (const auto* number = value.if_int64()) return *number;
  if (const auto* text = value.if_string()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size()) return number;
  }
  return 0;
}

double number_of(const boost::json::value& object, std::string_view key) {
  const auto& value = member(object, key);
  if (const auto* number = value.if_double()) return *number;
  if (const auto* number = value.if_int64()) return static_cast<double>(*number);
  return 0;
}

bool flag_of(const boost::json::value& object, std::string_view key) {
  const auto* flag = member(object, key).if_bool();
  return flag != nullptr && *flag;
}

std::string id_of(const boost::json::value& object, std::string_view key) {
  const auto& value = member(object, key);
  if (const auto* number = value.if_int64()) return std::to_string(*number);
  if (const auto* number = value.if_uint64()) return std::to_string(*number);
  return text_of(object, key);
}

const boost::json::array& array_of(const boost::json::value& object, std::string_view key) {
  const auto* elements = member(object, key).if_array();
  return elements != nullptr ? *elements : empty_array;
}

}  // namespace inboxd::connectors
