// How the demo's customers speak: each event is posted to the inbox's webhook, as a provider would, through the
// daemon's own outgoing requests. Called by demo_customers, on the net thread; the protocol is connectors/loopback's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include <boost/json/object.hpp>

#include "daemon/clock/clock.hpp"
#include "daemon/transfers/transfers.hpp"

namespace inboxd::app {

/// Things to do after a while; none is done once this is gone.
class Later {
 public:
  explicit Later(Clock& clock) : clock_(clock) {}

  void in(Milliseconds delay, std::function<void()> then);
  [[nodiscard]] std::size_t waiting() const { return waits_.size(); }

 private:
  Clock& clock_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::unique_ptr<Wait>> waits_;
};

struct DemoAddress {
  std::string origin;  // "http://127.0.0.1:8800"
  std::string secret;  // of every inbox's webhook and of its provider's routes
};

enum class Posted { taken, given_up };

class DemoWebhooks {
 public:
  DemoWebhooks(transfers::Transfers& transfers, Later& later, const DemoAddress& address)
      : transfers_(transfers), later_(later), address_(address) {}

  /// `done` once the daemon has it for good. What it does not take is posted again, as providers do, and given up
  /// after a few times.
  void post(const std::string& inbox, boost::json::object event, std::function<void(Posted)> done);

 private:
  struct Post;
  void attempt(const std::shared_ptr<Post>& post);

  transfers::Transfers& transfers_;
  Later& later_;
  const DemoAddress& address_;
};

}  // namespace inboxd::app
