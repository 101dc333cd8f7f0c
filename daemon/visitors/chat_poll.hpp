// One long poll of a chat, for pages whose network lets no WebSocket through: answers at once when there is anything,
// else when something comes or its time is over.
#pragma once

#include <functional>
#include <string>

#include "daemon/http/message.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::visitors {

inline constexpr int poll_seconds_max = 60;

struct ChatPollRequest {
  Caller caller;
  ChatPosition position;
  int wait_seconds = 0;
  std::shared_ptr<http::PeerWatch> peer;  // null: nobody can leave
};

/// `done` once, with the JSON of the answer: { "conversation", "reset", "after", "last_seq", "read_seq",
/// "agent_read_seq", "items": [frames] }.
void poll_chat(Visitors& visitors, ChatPollRequest request, std::function<void(Result<std::string>)> done);

}  // namespace inboxd::visitors
