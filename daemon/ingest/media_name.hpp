// A file name for an attachment that came without one, from the address it was fetched from. Used by media.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::ingest {

inline constexpr std::size_t media_name_bytes_max = 120;

/// The last segment of the URL's path, without query, percent signs resolved, only printable ASCII without
/// path separators; empty when nothing is left.
std::string name_from_url(std::string_view url);

}  // namespace inboxd::ingest
