// The thread behind daemon/transfers/curl_transfers.hpp: one libcurl multi handle, driven by poll and wake-up.
#include "daemon/transfers/curl_transfers.hpp"

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/transfers/curl_handles.hpp"
#include "daemon/transfers/curl_request.hpp"
#include "daemon/transfers/lanes.hpp"
#include "daemon/transfers/thread_signals.hpp"

namespace inboxd::transfers {

using connectors::Exchange;
using connectors::TransferFailure;

namespace {

constexpr int poll_ms_max = 1000;          // between looks at transfers that waited too long
constexpr long idle_connections_max = 64;  // kept alive for reuse
constexpr auto waited_too_long = "waited too long for its turn";
constexpr auto stopping = "the daemon is stopping";

ShareHandle make_share() {
  ShareHandle share(curl_share_init());
  // Sends open a connection each; resumed TLS sessions keep that cheap. One thread: no locks.
  curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  return share;
}

}  // namespace

std::string TransferReport::code() const {
  switch (failure) {
    case TransferFailure::none:
      return std::to_string(status);
    case TransferFailure::not_sent:
      return "not_sent";
    case TransferFailure::lost:
      return "lost";
    case TransferFailure::too_large:
      return "too_large";
    case TransferFailure::blob_gone:
      return "blob_gone";
  }
  return "invalid";
}

class CurlTransfers::Loop {
 public:
  Loop(CurlOptions options, storage::Blobs& blobs, Clock& clock, Random& random, Poster poster, Observer observer);

  void submit(connectors::Transfer transfer, Reach reach, CurlRequest::Done done);
  void stop();

 private:
  void run();
  void take_submitted();
  void start_waiting();
  void start(std::unique_ptr<CurlRequest> request);
  void finish_ended();
  void conclude(CURL* easy, CURLcode code);
  void end_overdue();
  void end_all();
  void deliver(CurlRequest& request, Exchange exchange);

  CurlLibrary library_;
  CurlOptions options_;
  storage::Blobs& blobs_;
  Clock& clock_;
  Random& random_;
  Poster poster_;
  Observer observer_;

  ShareHandle share_ = make_share();
  MultiHandle multi_{curl_multi_init()};
  Lanes<CurlRequest> lanes_;
  std::unordered_map<CURL*, std::unique_ptr<CurlRequest>> running_;

  std::mutex mutex_;  // guards the two below
  std::vector<std::unique_ptr<CurlRequest>> submitted_;
  bool stopping_ = false;
  std::atomic<std::size_t> unfinished_{0};
  std::thread thread_;  // last: runs with everything above
};

CurlTransfers::Loop::Loop(CurlOptions options, storage::Blobs& blobs, Clock& clock, Random& random, Poster poster,
                          Observer observer)
    : options_(std::move(options)),
      blobs_(blobs),
      clock_(clock),
      random_(random),
      poster_(std::move(poster)),
      observer_(std::move(observer)),
      lanes_({options_.running_max, options_.running_per_host_max}) {
  curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, idle_connections_max);
  thread_ = std::thread([this] { run(); });
}

void CurlTransfers::Loop::submit(connectors::Transfer transfer, Reach reach, CurlRequest::Done done) {
  auto request = std::make_unique<CurlRequest>(std::move(transfer), std::move(reach), std::move(done), blobs_);
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = stopping;
    } else if (unfinished_ >= options_.waiting_max + 2 * options_.running_max) {
      refusal = "too many requests wait already";
    } else {
      ++unfinished_;
      submitted_.push_back(std::move(request));
    }
  }
  if (refusal != nullptr) {
    ++unfinished_;
    return deliver(*request, request->stopped(refusal));  // NOLINT(bugprone-use-after-move): not handed over
  }
  curl_multi_wakeup(multi_.get());
}

void CurlTransfers::Loop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  if (thread_.joinable()) thread_.join();
}

void CurlTransfers::Loop::run() {
  block_signals();
  while (true) {
    take_submitted();
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    end_overdue();
    start_waiting();
    int still_running = 0;
    curl_multi_perform(multi_.get(), &still_running);
    finish_ended();
    start_waiting();
    curl_multi_poll(multi_.get(), nullptr, 0, poll_ms_max, nullptr);
  }
  end_all();
}

void CurlTransfers::Loop::take_submitted() {
  std::vector<std::unique_ptr<CurlRequest>> taken;
  {
    const std::lock_guard lock(mutex_);
    taken.swap(submitted_);
  }
  for (auto& request : taken) {
    const auto lane = request->lane();
    lanes_.push(lane, std::move(request));
  }
}

void CurlTransfers::Loop::start_waiting() {
  while (auto request = lanes_.start_one()) start(std::move(request));
}

void CurlTransfers::Loop::start(std::unique_ptr<CurlRequest> request) {
  if (!request->prepare(share_.get(), options_.user_agent, options_.tls_ca_file)) {
    lanes_.ended(request->lane());
    return deliver(*request, request->finish(CURLE_OK));
  }
  CURL* easy = request->easy();
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) {
    lanes_.ended(request->lane());
    return deliver(*request, request->stopped("no memory for another request"));
  }
  running_.emplace(easy, std::move(request));
}

void CurlTransfers::Loop::finish_ended() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg == CURLMSG_DONE) conclude(message->easy_handle, message->data.result);
  }
}

void CurlTransfers::Loop::conclude(CURL* easy, CURLcode code) {
  auto node = running_.extract(easy);
  auto request = std::move(node.mapped());
  curl_multi_remove_handle(multi_.get(), easy);
  if (!request->thrown() && request->redirect(code)) return start(std::move(request));
  auto exchange = request->finish(code);
  lanes_.ended(request->lane());
  deliver(*request, std::move(exchange));
}

void CurlTransfers::Loop::end_overdue() {
  if (lanes_.waiting() == 0) return;
  const auto now = std::chrono::steady_clock::now();
  const auto overdue = lanes_.take_waiting_if([now](const CurlRequest& request) { return request.overdue(now); });
  for (const auto& request : overdue) deliver(*request, request->stopped(waited_too_long));
}

void CurlTransfers::Loop::end_all() {
  take_submitted();
  const auto waiting = lanes_.take_waiting_if([](const CurlRequest&) { return true; });
  for (const auto& request : waiting) deliver(*request, request->stopped(stopping));
  finish_ended();  // an answer that is whole already is the truth
  for (auto& [easy, request] : running_) {
    auto exchange = request->stopped(stopping);
    curl_multi_remove_handle(multi_.get(), easy);
    deliver(*request, std::move(exchange));
  }
  running_.clear();
}

void CurlTransfers::Loop::deliver(CurlRequest& request, Exchange exchange) {
  TransferReport report{request.label(), request.origin(),        exchange.failure,
                        exchange.status, exchange.failure_detail, Milliseconds{0}};
  report.duration = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - request.begun());
  --unfinished_;
  poster_([done = request.take_done(), exchange = std::move(exchange), report = std::move(report),
           thrown = request.thrown(), observer = observer_, &clock = clock_, &random = random_]() mutable {
    if (thrown) std::rethrow_exception(thrown);
    exchange.now = clock.now();
    exchange.nonce = random.next();
    if (observer) observer(report);
    done(std::move(exchange));
  });
}

CurlTransfers::CurlTransfers(CurlOptions options, storage::Blobs& blobs, Clock& clock, Random& random, Poster poster,
                             Observer observer)
    : loop_(std::make_unique<Loop>(std::move(options), blobs, clock, random, std::move(poster), std::move(observer))) {}

CurlTransfers::~CurlTransfers() { loop_->stop(); }

void CurlTransfers::perform(connectors::Transfer transfer, Reach reach,
                            std::function<void(connectors::Exchange)> done) {
  loop_->submit(std::move(transfer), std::move(reach), std::move(done));
}

void CurlTransfers::stop() { loop_->stop(); }

}  // namespace inboxd::transfers
