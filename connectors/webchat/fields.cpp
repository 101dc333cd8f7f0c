#include "connectors/webchat/fields.hpp"

#include <algorithm>

namespace inboxd::connectors::webchat {
namespace {

constexpr std::size_t value_bytes_max = 500;
constexpr std::size_t email_bytes_max = 254;  // RFC 5321, 4.5.3.1.3 less the angle brackets
constexpr std::size_t phone_digits_min = 5;
constexpr std::size_t phone_digits_max = 15;  // ITU-T E.164

bool printable(const std::string& text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 127; });
}

/// Enough to catch what is no address; whether it is theirs, nobody knows.
bool looks_like_email(const std::string& text) {
  const auto at = text.find('@');
  return text.size() <= email_bytes_max && at != std::string::npos && at > 0 &&
         text.find('@', at + 1) == std::string::npos && text.find('.', at) != std::string::npos &&
         !text.ends_with('.') && text.find(' ') == std::string::npos;
}

bool looks_like_phone(const std::string& text) {
  const auto digits =
      static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  return digits >= phone_digits_min && digits <= phone_digits_max &&
         text.find_first_not_of("0123456789+-(). /") == std::string::npos;
}

/// What the field takes, when `text` is not it; empty: it fits.
std::string complaint(const VisitorField& field, const std::string& text) {
  if (text.size() > value_bytes_max || !printable(text)) return "a line of up to 500 bytes";
  switch (field.kind) {
    case VisitorFieldKind::text:
      return {};
    case VisitorFieldKind::email:
      return looks_like_email(text) ? "" : "an e-mail address";
    case VisitorFieldKind::phone:
      return looks_like_phone(text) ? "" : "a telephone number";
    case VisitorFieldKind::choice:
      return std::find(field.options.begin(), field.options.end(), text) != field.options.end() ? ""
                                                                                                : "one of its options";
    case VisitorFieldKind::consent:
      return text == "true" ? "" : "true";
  }
  return {};
}

}  // namespace

Result<std::map<std::string, std::string>> check_fields(const std::vector<VisitorField>& fields,
                                                        const std::map<std::string, std::string>& given) {
  std::map<std::string, std::string> kept;
  for (const auto& field : fields) {
    const auto found = given.find(field.name);
    const bool empty = found == given.end() || found->second.empty();
    if (empty && field.required) return bad_request("`fields." + field.name + "` is required");
    if (empty) continue;
    if (const auto takes = complaint(field, found->second); !takes.empty())
      return bad_request("`fields." + field.name + "` takes " + takes);
    kept[field.name] = found->second;
  }
  return kept;
}

}  // namespace inboxd::connectors::webchat
