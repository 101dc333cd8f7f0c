// Stand-in.
#pragma once
#include <string>
#include <string_view>
namespace inboxd::connectors::email {
std::string text_of_html(std::string_view html);
}  // namespace inboxd::connectors::email
