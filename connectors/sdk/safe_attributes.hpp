// The attributes and URLs that safe_html() lets through, and how they are written. Used by safe_html.cpp only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/sdk/html_tokens.hpp"

namespace inboxd::connectors {

/// The one class that is kept: it marks where an image was that would be loaded from outside.
inline constexpr std::string_view remote_image_class = "remote-image";

/// Appends ` name="value"` for each attribute of the lists that has a value of its form, and what every link gets.
void write_safe_attributes(const HtmlToken& token, std::string& out);

void escape_text(std::string_view text, std::string& out);
void escape_attribute(std::string_view value, std::string& out);

/// The URL of an attribute as a browser takes it: references resolved, tabs and line breaks out, no white space around.
/// Empty where it is too long.
std::string url_of(std::string_view written);
/// What a "cid:" URL (RFC 2392) names, percent-decoded.
std::optional<std::string> content_id_of(std::string_view url);
/// A "data:" URL of a picture without script.
bool is_image_data(std::string_view url);
bool is_remote(std::string_view url);
/// At most a pixel wide or high.
bool is_tracker(const HtmlToken& image);

}  // namespace inboxd::connectors
