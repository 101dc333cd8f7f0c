// Posting with retries, and waits that end with their owner. Called by demo_customers; never blocks.
#include "daemon/app/demo_webhooks.hpp"

#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace inboxd::app {
namespace {

constexpr int attempts_max = 5;
constexpr Milliseconds attempt_pause{1'000};

}  // namespace

struct DemoWebhooks::Post {
  std::string inbox;
  std::string body;
  std::function<void(Posted)> done;
  int attempts = 0;
};

void Later::in(Milliseconds delay, std::function<void()> then) {
  const auto number = ++last_;
  waits_[number] = clock_.after(delay, [this, number, then = std::move(then)] {
    waits_.erase(number);
    then();
  });
}

void DemoWebhooks::post(const std::string& inbox, boost::json::object event, std::function<void(Posted)> done) {
  boost::json::array events;
  events.push_back(std::move(event));
  boost::json::object body;
  body["events"] = std::move(events);
  attempt(std::make_shared<Post>(Post{inbox, boost::json::serialize(body), std::move(done)}));
}

void DemoWebhooks::attempt(const std::shared_ptr<Post>& post) {
  ++post->attempts;
  connectors::Transfer transfer;
  transfer.label = "demo";
  transfer.url = address_.origin + "/hooks/" + post->inbox;
  transfer.headers = {{"x-loopback-secret", address_.secret}};
  transfer.body = connectors::TextBody{"application/json", post->body};
  transfer.repeatable = true;  // the daemon knows a repetition by the event's id
  transfers_.perform(std::move(transfer), {{address_.origin}, {}}, [this, post](const connectors::Exchange& answer) {
    if (answer.failure == connectors::TransferFailure::none && answer.status / 100 == 2)
      return post->done(Posted::taken);
    if (post->attempts == attempts_max) return post->done(Posted::given_up);
    later_.in(attempt_pause, [this, post] { attempt(post); });
  });
}

}  // namespace inboxd::app
