// The I/O of `doctor`: one process that asks one thing after the other, and a channel's examination carried from its
// connection to its end.
#pragma once

#include <functional>

#include <boost/asio/io_context.hpp>

#include "connectors/sdk/examination.hpp"
#include "connectors/sdk/stream.hpp"
#include "daemon/clock/system_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/transfers/curl_streams.hpp"
#include "daemon/transfers/curl_transfers.hpp"

namespace inboxd::app {

/// Checks move no files.
class NoBlobs final : public storage::Blobs {
 public:
  Result<std::unique_ptr<storage::BlobWriter>> create() override;
  [[nodiscard]] std::unique_ptr<storage::BlobReader> open(std::string_view) const override { return nullptr; }
  Result<bool> remove(std::string_view) override { return false; }
  [[nodiscard]] bool written_lately(std::string_view) const override { return false; }
  void age_writes() override {}
};

struct Asking {
  Asking();
  connectors::Exchange perform(connectors::Transfer transfer, const transfers::Reach& reach);
  /// Before it goes: what is under way ends.
  void stop();

  boost::asio::io_context net{1};
  SystemClock clock{net};
  SystemRandom random;
  NoBlobs blobs;
  transfers::CurlTransfers transfers;
  transfers::CurlStreams streams;
};

using TellExamined = std::function<void(const connectors::Examined&)>;

/// Returns when the examination has said all, or has taken too long.
void examine_connection(Asking& asking, connectors::Examination& examination, connectors::StreamEndpoint endpoint,
                        const transfers::Reach& reach, const TellExamined& tell);

}  // namespace inboxd::app
