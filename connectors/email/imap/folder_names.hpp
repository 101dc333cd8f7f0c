// Which of a mailbox's folders a person may have meant by one that is not there. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors::email::imap {

/// The folders, those first whose names are most like `wanted`; as many as a person reads, joined by commas.
std::string nearest_first(std::vector<std::string> folders, std::string_view wanted);

}  // namespace inboxd::connectors::email::imap
