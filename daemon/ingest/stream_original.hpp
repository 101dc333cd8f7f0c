// One original on its way from a connection to the store: in memory while it is small, else into a blob, and then
// understood, all on worker threads. Owned by a StreamRunner or an lmtp::Handover; lives on the net thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/stream.hpp"
#include "daemon/channels/configured_channels.hpp"
#include "daemon/command_bus/background.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "storage/blobs.hpp"

namespace inboxd::ingest {

/// A larger original becomes a blob.
inline constexpr std::size_t original_in_memory_max = 256U << 10U;

class StreamOriginal {
 public:
  /// `changed`: there may be room for more bytes. `blobs` outlives the work in the background.
  StreamOriginal(storage::Blobs& blobs, command_bus::RunInBackground background, std::function<void()> changed);

  /// Who understands it; one inbox each.
  struct Reading {
    const connectors::ReadsOriginals* reader = nullptr;
    std::string context;
  };

  void append(const std::string& bytes);
  /// The bytes are this blob already, in place of all append().
  void take_blob(BlobRef blob);
  /// No more bytes: understood by connectors of `channels`, in the background; `done` once that is over.
  void finish(std::shared_ptr<const ConfiguredChannels> channels, std::vector<Reading> readings,
              std::function<void()> done);

  struct Understood {
    Inbound inbound;
    std::string parser_failure;  // what the channel's code threw; inbound then says so too
  };
  struct Outcome {
    std::vector<Understood> understood;  // one for each reading, in their order
    std::string raw;                     // empty when it is a blob
    std::optional<BlobRef> blob;
    std::optional<Error> failure;  // the store's: nothing was understood
  };
  /// After `done`.
  [[nodiscard]] Outcome take_outcome();
  /// Bytes in memory.
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  class Spool;
  void write_waiting();
  void read();

  command_bus::RunInBackground background_;
  std::function<void()> changed_;
  std::shared_ptr<Spool> spool_;  // used by one worker at a time
  std::string waiting_;           // not handed to a worker yet
  std::size_t held_ = 0;
  bool writing_ = false;
  bool spilled_ = false;
  std::shared_ptr<const ConfiguredChannels> channels_;
  std::vector<Reading> readings_;  // not empty: no more bytes come
  std::function<void()> done_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
