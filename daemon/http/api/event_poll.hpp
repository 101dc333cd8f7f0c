// One long poll of the log: used by /v1/events for agents and by the admin socket for `inboxd tail`.
#pragma once

#include "daemon/clock/clock.hpp"
#include "daemon/http/message.hpp"
#include "daemon/live/hub.hpp"

namespace inboxd::http {

struct EventPoll {
  Agent viewer;
  std::int64_t position = 0;  // events after it
  std::int64_t log_head = 0;  // the log's newest sequence when the request came
  int wait_seconds = 0;
  int limit = 100;
  std::shared_ptr<PeerWatch> peer = {};  // a client that is gone is waited for no more
};

/// Answers { "items": [events], "cursor" } at the first event, when the time is over, or when the client is gone.
void follow_events(live::Hub& hub, Clock& clock, EventPoll poll, Responder respond);

}  // namespace inboxd::http
