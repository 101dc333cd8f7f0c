#include "daemon/http/api/arguments.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace inboxd::http {
namespace {

constexpr std::size_t list_max = 200;       // ids, tags or attributes in one argument
constexpr std::size_t components_max = 32U << 10U;  // bytes of a template's components

boost::json::value canonical(const boost::json::value& value) {
  if (const auto* array = value.if_array()) {
    boost::json::array copy;
    for (const auto& element : *array) copy.push_back(canonical(element));
    return copy;
  }
  const auto* object = value.if_object();
  if (object == nullptr) return value;
  std::vector<std::string> keys;
  for (const auto& [key, ignored] : *object) keys.emplace_back(key);
  std::sort(keys.begin(), keys.end());
  boost::json::object copy;
  for (const auto& key : keys) copy[key] = canonical(object->at(key));
  return copy;
}

}  // namespace

Result<boost::json::object> parse_object(std::string_view body) {
  if (body.empty()) return boost::json::object{};
  boost::json::parse_options options;
  options.max_depth = 32;
  boost::system::error_code error;
  auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), error, {}, options);
  if (error) return bad_request("the body is not JSON: " + error.message());
  if (!value.is_object()) return bad_request("the body must be a JSON object");
  return std::move(value.get_object());
}

std::string canonical_text(const boost::json::object& arguments) {
  return boost::json::serialize(canonical(boost::json::value(arguments)));
}

const boost::json::value* Arguments::find(std::string_view name) const {
  return fields_.if_contains(boost::json::string_view(name.data(), name.size()));
}

bool Arguments::is_null(std::string_view name) const {
  const auto* value = find(name);
  return value == nullptr || value->is_null();
}

void Arguments::refuse(std::string_view name, const std::string& takes) {
  if (!error_) error_ = bad_request('`' + std::string(name) + "` takes " + takes);
}

std::string Arguments::text(std::string_view name) {
  if (is_null(name)) {
    refuse(name, "a text and is missing");
    return {};
  }
  return optional_text(name).value_or(std::string());
}

std::string Arguments::text_or_empty(std::string_view name) { return optional_text(name).value_or(std::string()); }

std::optional<std::string> Arguments::optional_text(std::string_view name) {
  if (is_null(name)) return std::nullopt;
  const auto* text = find(name)->if_string();
  if (text == nullptr) {
    refuse(name, "a text");
    return std::nullopt;
  }
  return std::string(text->data(), text->size());
}

std::optional<std::optional<std::string>> Arguments::nullable_text(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return std::optional<std::optional<std::string>>(optional_text(name));
}

bool Arguments::flag(std::string_view name) {
  if (is_null(name)) return false;
  const auto* flag = find(name)->if_bool();
  if (flag == nullptr) refuse(name, "true or false");
  return flag != nullptr && *flag;
}

std::optional<std::int64_t> Arguments::integer(std::string_view name) {
  if (is_null(name)) return std::nullopt;
  const auto* number = find(name)->if_int64();
  if (number == nullptr) {
    refuse(name, "a whole number");
    return std::nullopt;
  }
  return *number;
}

std::vector<std::string> Arguments::texts(std::string_view name) {
  std::vector<std::string> all;
  if (is_null(name)) return all;
  const auto* array = find(name)->if_array();
  if (array == nullptr || array->size() > list_max) {
    refuse(name, "a list of at most " + std::to_string(list_max) + " texts");
    return all;
  }
  for (const auto& element : *array) {
    if (!element.is_string()) refuse(name, "a list of texts");
    if (element.is_string()) all.emplace_back(element.get_string());
  }
  return all;
}

std::optional<std::vector<std::string>> Arguments::optional_texts(std::string_view name) {
  if (is_null(name)) return std::nullopt;
  return texts(name);
}

std::optional<Cursor> Arguments::cursor(std::string_view name) {
  const auto given = optional_text(name);
  if (!given) return std::nullopt;
  auto cursor = parse_cursor(*given);
  if (!cursor) refuse(name, "a cursor as the stream gave it");
  return cursor;
}

std::optional<OutboundTemplate> Arguments::message_template(std::string_view name) {
  if (is_null(name)) return std::nullopt;
  const auto* object = find(name)->if_object();
  if (object == nullptr) {
    refuse(name, R"(an object {"name", "language", "components"})");
    return std::nullopt;
  }
  Arguments inner(*object);
  OutboundTemplate chosen{inner.text("name"), inner.text("language"), "[]"};
  if (!inner.is_null("components")) chosen.components = boost::json::serialize(object->at("components"));
  if (!inner.outcome() || chosen.components.size() > components_max)
    refuse(name, R"(an object {"name", "language", "components"}, the last at most 32 KiB)");
  return chosen;
}

std::optional<std::optional<Timestamp>> Arguments::nullable_time(std::string_view name) {
  const auto given = nullable_text(name);
  if (!given) return std::nullopt;
  if (!*given) return std::optional<Timestamp>{};
  const auto time = parse_rfc3339(**given);
  if (!time) refuse(name, "a time like \"2026-01-31T09:30:00Z\"");
  return std::optional<std::optional<Timestamp>>(time);
}

std::optional<std::map<std::string, std::string>> Arguments::text_map(std::string_view name) {
  if (is_null(name)) return std::nullopt;
  const auto* object = find(name)->if_object();
  std::map<std::string, std::string> all;
  if (object == nullptr || object->size() > list_max) {
    refuse(name, "an object of at most " + std::to_string(list_max) + " texts");
    return all;
  }
  for (const auto& [key, value] : *object) {
    if (!value.is_string()) refuse(name, "an object of texts");
    if (value.is_string()) all[std::string(key)] = std::string(value.get_string());
  }
  return all;
}

}  // namespace inboxd::http
