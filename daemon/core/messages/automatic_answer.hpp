// The one answer that the desk gives by itself: that a customer's first message arrived. Asked for every conversation
// that a message opens, in that message's transaction. RFC 3834 says whom not to answer.
#pragma once

#include <chrono>

#include "daemon/core/context.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// Nobody gets a second one sooner, so that two programs which answer each other stop after one round.
inline constexpr std::chrono::hours automatic_answer_pause{24};
/// More of them from one inbox within `automatic_answers_span` are a loop or an attack: then nobody gets one.
inline constexpr int automatic_answers_max = 50;
inline constexpr std::chrono::minutes automatic_answers_span{10};

/// Who wrote longer ago, in a mailbox that is read for the first time or after an outage, waits for a person by now.
inline constexpr std::chrono::hours automatic_answer_age_max{24};

/// Queues the answer where the channel gives one and nothing speaks against it.
void answer_automatically(Context& context, const ChannelDirectory& channels, const Conversation& conversation,
                          const Identity& customer, const MessageReceived& event, Timestamp written_at);

}  // namespace inboxd::core
