// The types of parameter of Meta's "Template messages" reference and what each must hold. Called by template_check.cpp.
#include "connectors/whatsapp/template_parameter.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

constexpr std::size_t payload_characters_max = 256;
constexpr std::size_t coupon_characters_max = 20;

Error refuse(const std::string& path, const std::string& why) { return bad_request("template " + path + ": " + why); }

Result<void> check_text(const value& parameter, std::size_t characters_max, const std::string& path) {
  const auto text = text_of(parameter, "text");
  if (text.empty()) return refuse(path, "text must be a string that is not empty");
  if (code_point_count(text) > characters_max)
    return refuse(path, "text may have at most " + std::to_string(characters_max) + " characters");
  if (text.find_first_of("\n\r\t") != std::string::npos || text.find("     ") != std::string::npos)
    return refuse(path, "text may hold no line ends, no tabs and no more than four spaces in a row");
  return {};
}

Result<void> check_currency(const value& parameter, const std::string& path) {
  const auto& currency = member(parameter, "currency");
  const auto code = text_of(currency, "code");
  const bool iso =
      code.size() == 3 && std::all_of(code.begin(), code.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (text_of(currency, "fallback_value").empty() || !iso || !member(currency, "amount_1000").is_number())
    return refuse(path, "currency needs fallback_value, code (ISO 4217) and amount_1000 (a number)");
  return {};
}

Result<void> check_media(const value& parameter, const std::string& type, const std::string& path) {
  const auto& media = member(parameter, type);
  const auto link = text_of(media, "link");
  const bool has_id = !id_of(media, "id").empty();
  if (has_id == !link.empty()) return refuse(path, type + " needs exactly one of id and link");
  if (!link.empty() && !link.starts_with("https://") && !link.starts_with("http://"))
    return refuse(path, type + ".link must be an http or https URL");
  return {};
}

Result<void> check_location(const value& parameter, const std::string& path) {
  const auto& location = member(parameter, "location");
  if (!has(location, "latitude") || !has(location, "longitude"))
    return refuse(path, "location needs latitude and longitude");
  return {};
}

Result<void> check_word(const value& parameter, std::string_view key, std::size_t characters_max,
                        const std::string& path) {
  const auto word = text_of(parameter, key);
  if (word.empty() || code_point_count(word) > characters_max)
    return refuse(path,
                  std::string(key) + " must be a string of 1 to " + std::to_string(characters_max) + " characters");
  return {};
}

Result<void> check_object(const value& parameter, std::string_view key, const std::string& path) {
  if (!member(parameter, key).is_object()) return refuse(path, std::string(key) + " must be an object");
  return {};
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const auto word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

}  // namespace

Result<void> check_parameter(const value& parameter, const std::vector<std::string_view>& allowed,
                             std::size_t text_characters_max, const std::string& path) {
  const auto type = text_of(parameter, "type");
  if (std::find(allowed.begin(), allowed.end(), type) == allowed.end())
    return refuse(path, "type must be one of " + joined(allowed));
  if (type == "text") return check_text(parameter, text_characters_max, path);
  if (type == "currency") return check_currency(parameter, path);
  if (type == "date_time") {
    if (text_of(member(parameter, "date_time"), "fallback_value").empty())
      return refuse(path, "date_time needs fallback_value");
    return {};
  }
  if (type == "image" || type == "video" || type == "document") return check_media(parameter, type, path);
  if (type == "location") return check_location(parameter, path);
  if (type == "payload") return check_word(parameter, "payload", payload_characters_max, path);
  if (type == "coupon_code") return check_word(parameter, "coupon_code", coupon_characters_max, path);
  if (type == "ttl_minutes") {
    if (!member(parameter, type).is_number()) return refuse(path, "ttl_minutes must be a number");
    return {};
  }
  return check_object(parameter, type, path);
}

}  // namespace inboxd::connectors::whatsapp
