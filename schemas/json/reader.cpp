#include "schemas/json/reader.hpp"

#include <boost/json/parse.hpp>

namespace inboxd::json_reader {
namespace {

const boost::json::value null_value;
const boost::json::array empty_array;

}  // namespace

std::optional<boost::json::value> parse(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = 64;
  boost::system::error_code error;
  auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
  if (error) return std::nullopt;
  return value;
}

const boost::json::value& field(const boost::json::value& object, std::string_view key) {
  const auto* fields = object.if_object();
  if (fields == nullptr) return null_value;
  const auto* found = fields->if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr ? *found : null_value;
}

std::string text(const boost::json::value& object, std::string_view key) {
  const auto* found = field(object, key).if_string();
  return found != nullptr ? std::string(found->data(), found->size()) : std::string();
}

std::int64_t integer(const boost::json::value& object, std::string_view key) {
  const auto* found = field(object, key).if_int64();
  return found != nullptr ? *found : 0;
}

double number(const boost::json::value& object, std::string_view key) {
  const auto& found = field(object, key);
  if (const auto* real = found.if_double()) return *real;
  if (const auto* whole = found.if_int64()) return static_cast<double>(*whole);
  return 0;
}

bool flag(const boost::json::value& object, std::string_view key) {
  const auto* found = field(object, key).if_bool();
  return found != nullptr && *found;
}

std::vector<std::string> texts(const boost::json::value& object, std::string_view key) {
  std::vector<std::string> found;
  for (const auto& element : elements(object, key))
    if (const auto* text_element = element.if_string()) found.emplace_back(text_element->data(), text_element->size());
  return found;
}

const boost::json::array& elements(const boost::json::value& object, std::string_view key) {
  const auto* found = field(object, key).if_array();
  return found != nullptr ? *found : empty_array;
}

}  // namespace inboxd::json_reader
