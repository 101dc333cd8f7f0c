// Tolerant reading of a provider's JSON: an absent or differently typed field is empty, never an exception, and
// 64-bit ids stay exact. For connectors' normalise(), which must not fail on any bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace inboxd::connectors {

/// Nothing when the bytes are not one JSON text; depth is bounded.
std::optional<boost::json::value> parse_json(std::string_view bytes);

/// The member `key` of an object, or null for anything else.
const boost::json::value& member(const boost::json::value& object, std::string_view key);
bool has(const boost::json::value& object, std::string_view key);

/// The text of a string member, empty otherwise.
std::string text_of(const boost::json::value& object, std::string_view key);
/// A number or a string of digits; 0 otherwise. Unsigned values beyond int64 become 0.
std::int64_t integer_of(const boost::json::value& object, std::string_view key);
double number_of(const boost::json::value& object, std::string_view key);
bool flag_of(const boost::json::value& object, std::string_view key);
/// An id given as number or string, as text; empty otherwise.
std::string id_of(const boost::json::value& object, std::string_view key);

/// The elements of an array member; an empty array for anything else.
const boost::json::array& array_of(const boost::json::value& object, std::string_view key);

}  // namespace inboxd::connectors
