#include "daemon/app/doctor_asking.hpp"

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace inboxd::app {
namespace {

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

void Asking::examine(ingest::InboxExaminationOrder order, ingest::InboxExamination::Told told) {
  ingest::InboxExamination one({transfers, streams, clock, random}, std::move(order), std::move(told),
                               [this] { net.stop(); });
  boost::asio::post(net, [&one] { one.begin(); });
  run(net);
}

void Asking::stop() {
  streams.stop();
  transfers.stop();
}

}  // namespace inboxd::app
