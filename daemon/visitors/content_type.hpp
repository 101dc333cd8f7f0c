// What a file is, by its first bytes, whatever its sender calls it (after the WHATWG's MIME Sniffing standard, of which
// it takes what people send in a chat). Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace inboxd::visitors {

inline constexpr std::size_t sniffed_bytes_max = 1445;  // as browsers look at

/// "application/octet-stream" for what is not known; "text/plain" only for clean text that no browser could take for
/// a page.
std::string sniff_content_type(std::string_view bytes);

}  // namespace inboxd::visitors
