// Tolerant reading of JSON that this program wrote itself, perhaps in another version: an absent or differently typed
// field is empty, never an exception. Used by the codecs of this folder only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

namespace inboxd::json_reader {

/// Nothing when the text is not one JSON value; depth is bounded.
std::optional<boost::json::value> parse(std::string_view text);

/// The member `key` of an object, or null for anything else.
const boost::json::value& field(const boost::json::value& object, std::string_view key);
std::string text(const boost::json::value& object, std::string_view key);
std::int64_t integer(const boost::json::value& object, std::string_view key);
double number(const boost::json::value& object, std::string_view key);
bool flag(const boost::json::value& object, std::string_view key);
/// The strings of an array member; others in it are left out.
std::vector<std::string> texts(const boost::json::value& object, std::string_view key);
/// The elements of an array member; an empty array for anything else.
const boost::json::array& elements(const boost::json::value& object, std::string_view key);

}  // namespace inboxd::json_reader
