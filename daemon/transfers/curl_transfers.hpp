// Outgoing requests of the daemon, made with libcurl on a thread of its own. Built in daemon/app, called by delivery,
// ingest and polls from the net thread, answers there. Never blocks a caller, never retries, never logs a URL.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/transfers/transfers.hpp"
#include "storage/blobs.hpp"

namespace inboxd::transfers {

/// How a transfer ended, for metrics and log: nothing in it is secret.
struct TransferReport {
  std::string label;
  std::string origin;  // scheme, host, port; empty when the URL was none
  connectors::TransferFailure failure = connectors::TransferFailure::none;
  int status = 0;
  std::string detail;
  Milliseconds duration{0};  // from perform(), waiting for its turn included

  /// "200", "429", …, or "not_sent", "lost", "too_large", "blob_gone": the `code` of a metric.
  [[nodiscard]] std::string code() const;
};

struct CurlOptions {
  std::size_t running_max = 128;          // at once; sends and everything else are counted apart
  std::size_t running_per_host_max = 32;  // at once to one scheme, host and port; counted apart likewise
  std::size_t waiting_max = 10'000;       // for their turn; beyond it a transfer ends at once as not_sent
  std::string user_agent = "inboxd/" INBOXD_VERSION;
  std::string tls_ca_file;  // empty: the system's
};

class CurlTransfers final : public Transfers {
 public:
  /// Runs a function on the net thread, soon; callable from any thread, never runs it inline.
  using Poster = std::function<void(std::function<void()>)>;
  using Observer = std::function<void(const TransferReport&)>;

  /// `clock`, `random` and `observer` are used on the net thread, `blobs` on this object's own.
  CurlTransfers(CurlOptions options, storage::Blobs& blobs, Clock& clock, Random& random, Poster poster,
                Observer observer = {});
  /// stop(), and whatever then is posted must still be run by the net thread.
  ~CurlTransfers() override;
  CurlTransfers(const CurlTransfers&) = delete;
  CurlTransfers& operator=(const CurlTransfers&) = delete;

  void perform(connectors::Transfer transfer, Reach reach, std::function<void(connectors::Exchange)> done) override;

  /// Ends what is under way, as lost or not_sent, whichever is true, and joins the thread; later transfers end as
  /// not_sent. Takes milliseconds.
  void stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace inboxd::transfers
