#include "daemon/app/doctor_examination.hpp"

#include <memory>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include "daemon/command_bus/lifetime.hpp"

namespace inboxd::app {
namespace {

using connectors::ExaminationActions;
using transfers::StreamClosed;

/// An examination ends by itself long before.
constexpr Milliseconds examination_max{300'000};

/// One connection's run, on the loop of `asking`.
class Run {
 public:
  Run(Asking& asking, connectors::Examination& examination, const transfers::Reach& reach, const TellExamined& tell)
      : asking_(asking), examination_(examination), reach_(reach), tell_(tell) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void begin(connectors::StreamEndpoint endpoint) {
    limit_ = asking_.clock.after(examination_max, [this] { broken_off("it takes too long"); });
    connection_ = asking_.streams.connect(
        std::move(endpoint), reach_,
        {[this] {
           connected_ = true;
           follow(examination_.started(asking_.clock.now()));
         },
         [this](const std::string& bytes) { follow(examination_.received(bytes, asking_.clock.now())); },
         [this](const StreamClosed& how) { closed(how); }});
  }

 private:
  void follow(ExaminationActions actions) {
    if (ended_) return;
    if (!actions.write.empty()) connection_->write(std::move(actions.write));
    for (const auto& examined : actions.examined) tell_(examined);
    if (actions.wake_after)
      wake_ = asking_.clock.after(*actions.wake_after, [this] { follow(examination_.due(asking_.clock.now())); });
    if (actions.close) return end();
    if (actions.ready) send();
  }

  void send() {
    const auto& messages = examination_.messages();
    for (std::size_t i = 0; i < messages.size(); ++i)
      asking_.transfers.perform(messages[i], reach_, lifetime_.guard([this, i](const connectors::Exchange& answer) {
        if (!ended_) follow(examination_.sent(i, answer, asking_.clock.now()));
      }));
  }

  void closed(const StreamClosed& how) {
    if (ended_) return;
    if (connected_) return broken_off(how.why);
    tell_(examination_.not_connected(how.by == transfers::ClosedBy::login_refused
                                         ? connectors::NotConnected::login_refused
                                         : connectors::NotConnected::unreachable,
                                     how.why));
    end();
  }

  void broken_off(const std::string& why) {
    tell_({"connection",
           {InboxHealthState::unhealthy, "broken_off", "the connection ended before all was looked at: " + why, {}}});
    end();
  }

  void end() {
    ended_ = true;
    connection_.reset();
    asking_.net.stop();
  }

  Asking& asking_;
  connectors::Examination& examination_;
  const transfers::Reach& reach_;
  const TellExamined& tell_;
  bool connected_ = false;
  bool ended_ = false;
  std::unique_ptr<Wait> limit_;
  std::unique_ptr<Wait> wake_;
  std::unique_ptr<transfers::StreamConnection> connection_;
  command_bus::Lifetime lifetime_;  // a mail may still be on its way when all has been said
};

std::function<void(std::function<void()>)> poster(boost::asio::io_context& net) {
  return [&net](std::function<void()> call) { boost::asio::post(net, std::move(call)); };
}

/// Until something stops the loop; then it may run again. The guard goes first: without work a loop stops by itself.
void run(boost::asio::io_context& net) {
  auto work = boost::asio::make_work_guard(net);
  net.run();
  work.reset();
  net.restart();
}

}  // namespace

Result<std::unique_ptr<storage::BlobWriter>> NoBlobs::create() {
  return Error{ErrorCode::storage_unavailable, "a check keeps nothing", {}};
}

Asking::Asking() : transfers({}, blobs, clock, random, poster(net)), streams(poster(net)) {}

connectors::Exchange Asking::perform(connectors::Transfer transfer, const transfers::Reach& reach) {
  connectors::Exchange answer;
  transfers.perform(std::move(transfer), reach, [&](connectors::Exchange exchange) {
    answer = std::move(exchange);
    net.stop();
  });
  run(net);
  answer.now = clock.now();
  answer.nonce = random.next();
  return answer;
}

void Asking::stop() {
  streams.stop();
  transfers.stop();
}

void examine_connection(Asking& asking, connectors::Examination& examination, connectors::StreamEndpoint endpoint,
                        const transfers::Reach& reach, const TellExamined& tell) {
  Run one(asking, examination, reach, tell);
  one.begin(std::move(endpoint));
  run(asking.net);
}

}  // namespace inboxd::app
