// Components of a template: which there may be, how often, with which parameters. By Meta's "Template messages" and
// "Send carousel templates" references. Called by validate.cpp.
#include "connectors/whatsapp/template_check.hpp"

#include <array>
#include <set>

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/template_parameter.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

constexpr std::size_t components_bytes_max = std::size_t{64} * 1024;
constexpr std::size_t components_max = 20;
constexpr std::size_t parameters_max = 100;
constexpr std::size_t cards_max = 10;
constexpr std::size_t buttons_max = 10;
constexpr std::size_t name_characters_max = 512;
constexpr std::size_t header_characters_max = 60;
/// The whole body; a single parameter can never be longer.
constexpr std::size_t body_characters_max = 1024;
constexpr std::size_t url_suffix_characters_max = 2000;

enum class Nesting { message, card };

Error refuse(const std::string& path, const std::string& why) { return bad_request("template " + path + ": " + why); }

struct ButtonForm {
  std::string_view sub_type;
  std::vector<std::string_view> parameters;
};

const std::vector<ButtonForm>& button_forms() {
  static const std::vector<ButtonForm> forms{
      {"quick_reply", {"payload"}},   {"url", {"text"}},
      {"copy_code", {"coupon_code"}}, {"flow", {"action"}},
      {"catalog", {"action"}},        {"mpm", {"action"}},
      {"order_details", {"action"}},  {"voice_call", {"payload", "ttl_minutes"}},
  };
  return forms;
}

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

Result<void> check_parameters(const value& component, const std::vector<std::string_view>& allowed, std::size_t most,
                              std::size_t text_max, const std::string& path) {
  if (has(component, "parameters") && !member(component, "parameters").is_array())
    return refuse(path + ".parameters", "must be an array");
  const auto& parameters = array_of(component, "parameters");
  if (parameters.size() > most) return refuse(path + ".parameters", "may hold at most " + std::to_string(most));
  std::size_t index = 0;
  for (const auto& parameter : parameters) {
    const auto at = path + ".parameters[" + std::to_string(index++) + "]";
    if (auto valid = check_parameter(parameter, allowed, text_max, at); !valid) return valid;
  }
  return {};
}

Result<void> check_button(const value& component, std::set<std::string>& seen, const std::string& path) {
  const auto index = id_of(component, "index");
  const bool digit = index.size() == 1 && index[0] >= '0' && index[0] <= '9';
  if (!digit) return refuse(path, "a button needs an index from 0 to " + std::to_string(buttons_max - 1));
  if (!seen.insert("button " + index).second) return refuse(path, "button " + index + " is there twice");
  const auto sub_type = lower(text_of(component, "sub_type"));
  for (const auto& form : button_forms())
    if (form.sub_type == sub_type)
      return check_parameters(component, form.parameters, 2, url_suffix_characters_max, path);
  return refuse(path,
                "a button's sub_type must be quick_reply, url, copy_code, flow, catalog, mpm, order_details or "
                "voice_call");
}

Result<void> check_components(const value& components, Nesting nesting, const std::string& path);

Result<void> check_carousel(const value& component, const std::string& path) {
  const auto& cards = array_of(component, "cards");
  if (cards.empty() || cards.size() > cards_max)
    return refuse(path, "a carousel holds 1 to " + std::to_string(cards_max) + " cards");
  std::size_t index = 0;
  for (const auto& card : cards) {
    const auto at = path + ".cards[" + std::to_string(index++) + "]";
    if (!member(card, "card_index").is_number()) return refuse(at, "card_index must be a number");
    if (auto valid = check_components(member(card, "components"), Nesting::card, at); !valid) return valid;
  }
  return {};
}

Result<void> check_component(const value& component, Nesting nesting, std::set<std::string>& seen,
                             const std::string& path) {
  const auto type = lower(text_of(component, "type"));
  if (type == "button") return check_button(component, seen, path);
  if (!seen.insert(type).second) return refuse(path, "there is already a " + type);
  if (type == "header")
    return check_parameters(component, {"text", "image", "video", "document", "location", "product"}, 1,
                            header_characters_max, path);
  if (type == "body")
    return check_parameters(component, {"text", "currency", "date_time"}, parameters_max, body_characters_max, path);
  if (nesting == Nesting::message && type == "carousel") return check_carousel(component, path);
  if (nesting == Nesting::message && type == "limited_time_offer")
    return check_parameters(component, {"limited_time_offer"}, 1, body_characters_max, path);
  if (nesting == Nesting::message && type == "order_status")
    return check_parameters(component, {"order_status"}, 1, body_characters_max, path);
  return refuse(path, nesting == Nesting::card ? "a card's component is header, body or button"
                                               : "type must be header, body, button, carousel, limited_time_offer or "
                                                 "order_status");
}

Result<void> check_components(const value& components, Nesting nesting, const std::string& path) {
  const auto* array = components.if_array();
  const auto at = path.empty() ? std::string("components") : path + ".components";
  if (array == nullptr) return refuse(at, "must be a JSON array");
  if (array->size() > components_max) return refuse(at, "may hold at most " + std::to_string(components_max));
  std::set<std::string> seen;
  std::size_t index = 0;
  for (const auto& component : *array) {
    const auto here = at + "[" + std::to_string(index++) + "]";
    if (!component.is_object()) return refuse(here, "must be an object");
    if (auto valid = check_component(component, nesting, seen, here); !valid) return valid;
  }
  return {};
}

bool is_template_name(const std::string& name) {
  return !name.empty() && name.size() <= name_characters_max &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

/// "it", "en_US", "zh_CN", "fil".
bool is_language(const std::string& code) {
  const auto letters = [&](std::size_t from, std::size_t to, char first, char last) {
    for (std::size_t i = from; i < to; ++i)
      if (code[i] < first || code[i] > last) return false;
    return true;
  };
  const auto underscore = std::min(code.find('_'), code.size());
  if (underscore < 2 || underscore > 3 || !letters(0, underscore, 'a', 'z')) return false;
  return underscore == code.size() || (code.size() == underscore + 3 && letters(underscore + 1, code.size(), 'A', 'Z'));
}

}  // namespace

Result<void> check_template(const OutboundTemplate& form) {
  if (!is_template_name(form.name))
    return bad_request("template name: lower-case letters, digits and underscores, as in WhatsApp Manager.");
  if (!is_language(form.language))
    return bad_request("template language: a code such as it or en_US, exactly as the template was approved.");
  if (form.components.empty()) return {};
  if (form.components.size() > components_bytes_max) return bad_request("template components: too long.");
  const auto json = parse_json(form.components);
  if (!json) return bad_request("template components: not JSON.");
  return check_components(*json, Nesting::message, "");
}

}  // namespace inboxd::connectors::whatsapp
