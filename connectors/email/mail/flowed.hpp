// Text of format=flowed (RFC 3676) as paragraphs. Pure.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors::email {

/// `delete_space`: DelSp=yes, the space that marks a soft break is no part of the text.
std::string unflow(std::string_view text, bool delete_space);

}  // namespace inboxd::connectors::email
