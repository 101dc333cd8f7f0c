// One mail on its way from a connection into the inboxes of its recipients: spooled once, understood for each inbox,
// one command each. A recipient's outcome is that of its inbox's commit. Owned by a Connection; lives on the net
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/ingest/follow_up.hpp"
#include "daemon/ingest/intake.hpp"
#include "daemon/ingest/lmtp/session.hpp"
#include "daemon/ingest/stream_original.hpp"

namespace inboxd::ingest::lmtp {

struct Surroundings {
  CurrentChannels channels;
  command_bus::Bus& bus;
  storage::Blobs& blobs;
  Clock& clock;
  command_bus::RunInBackground background;
  FollowUp& follow_up;
  Observer& observer;
};

/// The first configured inbox that has the address; null: none has.
const ConfiguredChannel* inbox_of(const std::vector<ConfiguredChannel>& inboxes, std::string_view recipient);

class Handover {
 public:
  using Done = std::function<void(std::vector<Stored>)>;

  /// `changed`: there may be room for more bytes.
  Handover(Surroundings& with, std::function<void()> changed);

  void append(const std::string& bytes) { original_.append(bytes); }
  /// Bytes in memory.
  [[nodiscard]] std::size_t held() const { return original_.held(); }
  /// No more bytes. `done`, once, with one outcome for each of the envelope's recipients.
  void finish(connectors::OriginalEnvelope envelope, Done done);

 private:
  struct Share {
    const ConfiguredChannel* channel = nullptr;  // of channels_
    const connectors::ReadsOriginals* reader = nullptr;
    std::vector<std::size_t> recipients;  // of envelope_.to
    std::shared_ptr<const Intake> intake;
  };

  void share_out();
  void understood();
  void store(std::size_t index);
  void stored(const Share& share, const Result<core::Received>& received);
  void settle(const Share& share, Stored outcome);
  void answer_when_settled();

  Surroundings& with_;
  StreamOriginal original_;
  connectors::OriginalEnvelope envelope_;
  Done done_;
  std::shared_ptr<const ConfiguredChannels> channels_;
  std::vector<Share> shares_;
  std::size_t settled_ = 0;
  std::vector<Stored> outcomes_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest::lmtp
