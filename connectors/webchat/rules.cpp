#include "connectors/webchat/rules.hpp"

#include <algorithm>

namespace inboxd::connectors::webchat {
namespace {

constexpr std::size_t fields_max = 12;
constexpr std::size_t field_name_bytes_max = 40;  // becomes the name of a contact's attribute
constexpr std::size_t label_bytes_max = 300;
constexpr std::size_t options_max = 30;
constexpr std::int64_t upload_bytes_ceiling = 25 << 20;  // what the host takes of a visitor at all
constexpr std::int64_t uploads_a_day = 10;               // of the largest kind, by bytes

std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return std::string(text);
}

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

/// As browsers write it (RFC 6454, section 6.1): lower case, no path, the scheme's own port left out.
Result<std::string> read_origin(const std::string& given) {
  std::string origin = lower_case(trimmed(given));
  if (origin.ends_with('/')) origin.pop_back();
  const bool web = origin.starts_with("https://") || origin.starts_with("http://");
  const auto host = web ? origin.substr(origin.find("//") + 2) : std::string();
  if (host.empty() || host.find_first_of("/?#@* ") != std::string::npos)
    return bad_request("allowed_origins: \"" + given + "\" is no origin; write one as \"https://www.example.com\"");
  const std::string_view port = origin.starts_with("https:") ? ":443" : ":80";
  if (origin.ends_with(port)) origin.resize(origin.size() - port.size());
  return origin;
}

VisitorFieldKind kind_of(const std::string& name, const VisitorField& field) {
  if (!field.options.empty()) return VisitorFieldKind::choice;
  if (name == "email") return VisitorFieldKind::email;
  if (name == "phone") return VisitorFieldKind::phone;
  if (name == "consent") return VisitorFieldKind::consent;
  return VisitorFieldKind::text;
}

std::vector<std::string> read_options(std::string_view text) {
  std::vector<std::string> options;
  while (true) {
    const auto bar = text.find('|');
    options.push_back(trimmed(text.substr(0, bar)));
    if (bar == std::string_view::npos) return options;
    text.remove_prefix(bar + 1);
  }
}

bool is_colour(const std::string& text) {
  return text.size() == 7 && text.front() == '#' &&
         text.find_first_not_of("0123456789abcdefABCDEF", 1) == std::string::npos;
}

/// The names under which limits are set, with what they may be.
struct LimitSetting {
  const char* key;
  std::int64_t VisitorLimits::*member;
};
constexpr LimitSetting limit_settings[] = {
    {"messages_per_minute_max", &VisitorLimits::messages_per_minute_max},
    {"visitors_per_hour_max", &VisitorLimits::visitors_per_hour_max},
    {"uploads_per_hour_max", &VisitorLimits::uploads_per_hour_max},
    {"sockets_per_visitor_max", &VisitorLimits::sockets_per_visitor_max},
    {"sockets_per_address_max", &VisitorLimits::sockets_per_address_max},
};

Result<VisitorLimits> read_limits(const Settings& settings) {
  constexpr std::int64_t most = 1'000'000;
  VisitorLimits limits;
  for (const auto& [key, member] : limit_settings) {
    if (!settings.has(key)) continue;
    const auto value = settings.integer(key);
    if (value < 1 || value > most) return bad_request(std::string(key) + ": takes 1 to " + std::to_string(most));
    limits.*member = value;
  }
  if (settings.has("upload_bytes_max")) {
    const auto bytes = settings.integer("upload_bytes_max");
    if (bytes < 0 || bytes > upload_bytes_ceiling)
      return bad_request("upload_bytes_max: takes 0 (no uploads) to " + std::to_string(upload_bytes_ceiling));
    limits.upload_bytes_max = static_cast<std::uint64_t>(bytes);
  }
  limits.upload_bytes_per_day_max = limits.upload_bytes_max * uploads_a_day;
  return limits;
}

}  // namespace

Result<VisitorField> read_field(const std::string& text) {
  VisitorField field;
  std::string_view rest = text;
  if (const auto equals = rest.find('='); equals != std::string_view::npos) {
    field.options = read_options(rest.substr(equals + 1));
    rest = rest.substr(0, equals);
  }
  if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    field.label = trimmed(rest.substr(colon + 1));
    rest = rest.substr(0, colon);
  }
  field.name = trimmed(rest);
  if (field.name.ends_with('!')) {
    field.required = true;
    field.name.pop_back();
  }
  const bool plain = !field.name.empty() && field.name.size() <= field_name_bytes_max &&
                     field.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  const bool fits = field.label.size() <= label_bytes_max && field.options.size() <= options_max &&
                    std::find(field.options.begin(), field.options.end(), "") == field.options.end();
  if (!plain || !fits)
    return bad_request("fields: \"" + text +
                       "\" is no field; write a name of a-z, 0-9 and _, as in \"email!: E-mail address\" or "
                       "\"topic: Topic = Sales | Support\"");
  field.kind = kind_of(field.name, field);
  return field;
}

Result<VisitorRules> read_rules(const Settings& settings) {
  VisitorRules rules;
  for (const auto& given : settings.list("allowed_origins")) {
    auto origin = read_origin(given);
    if (!origin) return origin.error();
    rules.allowed_origins.push_back(*origin);
  }
  rules.identity_required = settings.flag("require_identity");
  const auto fields = settings.list("fields");
  if (fields.size() > fields_max) return bad_request("fields: takes up to " + std::to_string(fields_max));
  for (const auto& text : fields) {
    auto field = read_field(text);
    if (!field) return field.error();
    rules.fields.push_back(*field);
  }
  rules.upload_types = settings.list("upload_types");
  if (rules.upload_types.empty())
    rules.upload_types = {"image/png",  "image/jpeg", "image/gif", "image/webp", "application/pdf",
                          "text/plain", "audio/mpeg", "audio/ogg", "video/mp4"};
  auto limits = read_limits(settings);
  if (!limits) return limits.error();
  rules.limits = *limits;
  for (const auto* key : {"title", "greeting", "color"})
    if (const auto text = settings.text(key); !text.empty()) rules.appearance[key] = text;
  if (const auto color = settings.text("color"); !color.empty() && !is_colour(color))
    return bad_request("color: takes a colour as \"#1f6feb\"");
  return rules;
}

}  // namespace inboxd::connectors::webchat
