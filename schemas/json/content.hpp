// The JSON of a message's `content`: what storage keeps and clients see. `null` when there is nothing to say.
#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "schemas/types/content.hpp"

namespace inboxd {

boost::json::value content_to_json(const Content& content);
/// Reads what content_to_json wrote; unknown fields are ignored, anything else is an empty Content.
Content content_from_json(const boost::json::value& json);

/// As text; empty for an empty Content.
std::string content_to_text(const Content& content);
Content content_from_text(std::string_view text);

}  // namespace inboxd
