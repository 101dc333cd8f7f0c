// What Graph's answer to one of our requests means for the reply. Called by sending, the connection check and media.
#pragma once

#include <optional>

#include "connectors/sdk/transfer.hpp"
#include "connectors/whatsapp/error_codes.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::connectors::whatsapp {

/// visible: the customer may have got it although no answer came. invisible: an upload, a read, a reaction.
enum class Effect { visible, invisible };

/// Nothing when Graph took the request; else how the reply ends or waits. `id` of what was made is for the caller to
/// look for: an answer of 200 that lacks it is garbled_answer().
std::optional<SendOutcome> refusal_of(const Exchange& answer, Effect effect);
SendOutcome garbled_answer(Effect effect);

/// The error object of an answer's body; code -1 where there is none.
GraphError graph_error_in(const Exchange& answer);
/// Of the Retry-After header, at most one hour; 0 without one.
Milliseconds retry_after_of(const Exchange& answer);

}  // namespace inboxd::connectors::whatsapp
