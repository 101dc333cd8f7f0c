// Errors and outcomes as the stream's frames carry them.
#pragma once

#include <string>
#include <string_view>

#include "daemon/core/commands/outcome.hpp"
#include "daemon/live/hub.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

/// "now", "after", "after_fix" or "never": what a client may do about an error.
std::string_view retry_word(ErrorCode code);

/// `id` is JSON: the client's own, given back.
std::string error_frame(const std::string& id, const Error& error);

/// `data` of a command's ok: the object's id under its name, and the cursor of the last event.
std::string outcome_data(const core::Outcome& outcome, std::string_view command, const live::Hub& hub);

}  // namespace inboxd::http
