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

/// What a command puts on its way: a reply is queued, a note is delivered to nobody.
enum class Sends { nothing, note, reply };

/// `data` of a command's ok: the object's id under its name, how the delivery of what it sent begins, and the cursor of
/// the last event.
std::string outcome_data(const core::Outcome& outcome, Sends sends, const live::Hub& hub);

}  // namespace inboxd::http
