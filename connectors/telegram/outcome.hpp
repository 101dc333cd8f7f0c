// What an error answer of Telegram's means for a reply, the same for sends, edits, erasures and reactions.
#pragma once

#include <string>

#include "connectors/telegram/api.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::connectors::telegram {

/// Of any answer but AnswerKind::ok. `repeatable`: a lost answer may be asked for again.
enum class OnLostAnswer { uncertain, again };
SendOutcome outcome_of(const ApiAnswer& answer, OnLostAnswer on_lost);

}  // namespace inboxd::connectors::telegram
