// What an answer of the admin routes says, for the commands that asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "schemas/types/result.hpp"

namespace inboxd::app {

/// The fields of a 2xx answer. Else the daemon's own words where it gave some: `rate_limited` for a 503, which another
/// try may mend, and `internal` for the rest.
Result<boost::json::object> fields_of(int status, const std::string& body);

/// Empty, or 0, where there is no such field or it is of another kind.
std::string text_in(const boost::json::object& fields, std::string_view key);
std::int64_t number_in(const boost::json::object& fields, std::string_view key);

}  // namespace inboxd::app
