// One keep-alive connection that asks the REST interface, and how long each answer took. Used by the phases about
// scale.
#pragma once

#include <string>

#include "tests/bench/sockets.hpp"

namespace inboxd::bench {

class RestClient {
 public:
  RestClient(int port, std::string token) : socket_(connect_to(port)), token_(std::move(token)) {}

  struct Answer {
    std::string body;
    Nanoseconds took = 0;
  };
  /// Throws when the answer is not 200.
  Answer get(const std::string& path);

 private:
  Descriptor socket_;
  std::string token_;
};

}  // namespace inboxd::bench
