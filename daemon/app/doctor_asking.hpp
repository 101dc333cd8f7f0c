// The I/O of `doctor`: one process that asks one thing after the other, and waits for each.
#pragma once

#include <boost/asio/io_context.hpp>

#include "daemon/clock/system_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/ingest/inbox_examination.hpp"
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
  /// Returns when all has been told.
  void examine(ingest::InboxExaminationOrder order, ingest::InboxExamination::Told told);
  /// Before it goes: what is under way ends.
  void stop();

  boost::asio::io_context net{1};
  SystemClock clock{net};
  SystemRandom random;
  NoBlobs blobs;
  transfers::CurlTransfers transfers;
  transfers::CurlStreams streams;
};

}  // namespace inboxd::app
