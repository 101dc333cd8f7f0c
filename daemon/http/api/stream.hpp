// GET /v1/stream: the agents' WebSocket, subprotocol inboxd.v1. One session per connection: authentication,
// subscriptions, commands, typing, heartbeats.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/http/api/stream_room.hpp"
#include "daemon/http/api/surroundings.hpp"
#include "daemon/http/router.hpp"

namespace inboxd::http {

struct StreamLimits {
  Milliseconds heartbeat{25'000};  // we ping; two beats without a frame of the client's: 4002
  Milliseconds auth{5'000};        // to the first auth frame: 4401
  Milliseconds slow{60'000};       // without a byte taken while some wait: 4001
  Milliseconds tick{5'000};        // how often these are looked at
  std::size_t frame_max = 65'536;
  std::size_t subscriptions_max = 16;  // per connection
  std::size_t pipelined_max = 16;      // frames before the answer to auth: more end with 4401
  std::size_t commands_max = 64;       // under way per connection; more are rate_limited
  int ephemeral_per_second_max = 10;   // typing, viewing, presence per connection; more are dropped
};

struct StreamSurroundings {
  const Surroundings& api;
  Clock& clock;
  StreamRoom& room;
  StreamLimits limits;
  std::string public_origin;  // scheme://host[:port] that a browser's Origin must have
  /// Shows the customer that an agent types, or has stopped; best effort.
  std::function<void(ConversationId, const Agent&, bool on)> tell_typing;
  /// For whoever counts: the code that a connection was closed with.
  std::function<void(std::uint16_t)> closed = {};
};

void add_stream_route(Router& router, const StreamSurroundings& surroundings);

}  // namespace inboxd::http
