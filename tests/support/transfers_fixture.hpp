// What the tests of CurlTransfers share: a net thread that is the test's own, and a transfer made and awaited.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/transfers/curl_transfers.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/memory_blobs.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::transfers {

/// Runs what is posted, on the thread that asks.
class PostedWork {
 public:
  void post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    arrived_.notify_all();
  }
  /// False when `done` does not come true within 20 s.
  bool run_until(const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!done()) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        if (!arrived_.wait_until(lock, limit, [this] { return !work_.empty(); })) return false;
        work = std::move(work_.front());
        work_.pop_front();
      }
      work();
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> work_;
};

struct TransfersFixture {
  PostedWork net;
  MemoryBlobs blobs;
  ManualClock clock;
  SeededRandom random;
  std::vector<TransferReport> reports;
  std::unique_ptr<CurlTransfers> transfers;
  std::vector<std::optional<connectors::Exchange>> answers;

  explicit TransfersFixture(CurlOptions options = {}) {
    transfers = std::make_unique<CurlTransfers>(
        std::move(options), blobs, clock, random, [this](std::function<void()> work) { net.post(std::move(work)); },
        [this](const TransferReport& report) { reports.push_back(report); });
  }

  static connectors::Transfer post_text(const std::string& url, std::string text = "{}") {
    connectors::Transfer transfer;
    transfer.label = "send";
    transfer.url = url;
    transfer.body = connectors::TextBody{"application/json", std::move(text)};
    return transfer;
  }
  static connectors::Transfer get(const std::string& url) {
    connectors::Transfer transfer;
    transfer.label = "fetch";
    transfer.method = "GET";
    transfer.url = url;
    transfer.repeatable = true;
    return transfer;
  }

  /// The index of its answer in `answers`. Without `reach`: the URL is its own base URL.
  std::size_t begin(connectors::Transfer transfer, std::optional<Reach> reach = {}) {
    const std::size_t index = answers.size();
    answers.emplace_back();
    Reach own{{transfer.url}, {}};
    transfers->perform(std::move(transfer), reach ? std::move(*reach) : std::move(own),
                       [this, index](connectors::Exchange exchange) {
                         if (answers[index]) throw std::logic_error("answered twice");
                         answers[index] = std::move(exchange);
                       });
    return index;
  }
  connectors::Exchange await(std::size_t index) {
    if (!net.run_until([&] { return answers[index].has_value(); })) throw std::runtime_error("no answer in 20 s");
    return *answers[index];
  }
  connectors::Exchange make(connectors::Transfer transfer, std::optional<Reach> reach = {}) {
    return await(begin(std::move(transfer), std::move(reach)));
  }
};

}  // namespace inboxd::transfers
