// A header's value with parameters, as in `form-data; name="file"; filename*=UTF-8''caf%C3%A9.png` (RFC 9110, section
// 5.6.6; RFC 8187 for the starred ones). Pure; used by multipart.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inboxd::http {

struct HeaderParameters {
  std::string value;  // in lower case
  std::vector<std::pair<std::string, std::string>> parameters;

  /// The starred form wins over the plain one; empty when there is neither.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};

HeaderParameters parse_parameters(std::string_view text);

std::string lower_case(std::string_view text);
std::string_view trim_spaces(std::string_view text);

}  // namespace inboxd::http
