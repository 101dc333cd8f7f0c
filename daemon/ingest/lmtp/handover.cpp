// append… → finish → shares, one for each inbox → understood → store → done.
#include "daemon/ingest/lmtp/handover.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::ingest::lmtp {
namespace {

const connectors::ReadsOriginals* reader_of(const ConfiguredChannel& inbox) {
  return dynamic_cast<const connectors::ReadsOriginals*>(inbox.connector.get());
}

const connectors::ReceivesOriginals* receiver_of(const ConfiguredChannel& inbox) {
  return dynamic_cast<const connectors::ReceivesOriginals*>(inbox.connector.get());
}

}  // namespace

const ConfiguredChannel* inbox_of(const std::vector<ConfiguredChannel>& inboxes, std::string_view recipient) {
  const auto found = std::find_if(inboxes.begin(), inboxes.end(), [&](const ConfiguredChannel& inbox) {
    const auto* receiver = receiver_of(inbox);
    return receiver != nullptr && reader_of(inbox) != nullptr && receiver->receives(recipient);
  });
  return found == inboxes.end() ? nullptr : &*found;
}

Handover::Handover(Surroundings& with, std::function<void()> changed)
    : with_(with), original_(with.blobs, with.background, std::move(changed)) {}

void Handover::finish(connectors::OriginalEnvelope envelope, Done done) {
  envelope_ = std::move(envelope);
  done_ = std::move(done);
  channels_ = with_.channels();
  // Whose inbox a reload has taken away since RCPT: the next try is told so.
  outcomes_.assign(envelope_.to.size(), Stored::deferred);
  share_out();
  if (shares_.empty()) return answer_when_settled();
  std::vector<StreamOriginal::Reading> readings;
  for (const auto& share : shares_) {
    connectors::OriginalEnvelope part{envelope_.from, {}};
    for (const auto index : share.recipients) part.to.push_back(envelope_.to[index]);
    readings.push_back({share.reader, receiver_of(*share.channel)->context_of(part, with_.clock.now())});
  }
  original_.finish(channels_, std::move(readings), [this] { understood(); });
}

void Handover::share_out() {
  for (std::size_t index = 0; index < envelope_.to.size(); ++index) {
    const auto* channel = inbox_of(channels_->all(), envelope_.to[index]);
    if (channel == nullptr) continue;
    auto share = std::find_if(shares_.begin(), shares_.end(), [&](const Share& one) { return one.channel == channel; });
    if (share == shares_.end()) share = shares_.insert(share, Share{channel, reader_of(*channel), {}, nullptr});
    share->recipients.push_back(index);
  }
}

void Handover::understood() {
  auto outcome = original_.take_outcome();
  if (outcome.failure) {
    for (const auto& share : shares_) stored(share, *outcome.failure);
    return answer_when_settled();
  }
  for (std::size_t index = 0; index < shares_.size(); ++index) {
    auto& share = shares_[index];
    auto& read = outcome.understood[index];
    auto intake = std::make_shared<Intake>();
    intake->cause = "lmtp.receive";
    intake->request.inbox = share.channel->inbox;
    intake->request.raw_mime = share.reader->original_mime();
    intake->request.inbound = std::move(read.inbound);
    intake->request.raw = outcome.raw;
    intake->request.raw_blob = outcome.blob;
    if (!read.parser_failure.empty()) {
      with_.observer.failed(share.channel->name, "lmtp", "the channel's code failed: " + read.parser_failure);
      intake->finding = connectors::CheckFinding{
          InboxHealthState::degraded,
          "original_not_understood",
          "the channel's code failed on a message; it is kept in quarantine: report it with `inboxd check`",
          {}};
    }
    share.intake = std::move(intake);
  }
  // The last answer may end this object, also in place.
  for (std::size_t index = 0, count = shares_.size(); index < count; ++index) store(index);
}

void Handover::store(std::size_t index) {
  const auto& share = shares_[index];
  take_in(with_.bus, channels_, share.intake, lifetime_.guard([this, index](const Result<core::Received>& received) {
    stored(shares_[index], received);
    answer_when_settled();
  }));
}

void Handover::stored(const Share& share, const Result<core::Received>& received) {
  settle(share, received ? Stored::committed : Stored::deferred);
  if (received) return with_.follow_up.committed(*share.channel, share.intake->request.inbound, *received);
  with_.observer.failed(share.channel->name, "store", received.error().detail);
}

void Handover::settle(const Share& share, Stored outcome) {
  ++settled_;
  for (const auto index : share.recipients) {
    outcomes_[index] = outcome;
    with_.observer.recipient_answered(
        share.channel->name, outcome == Stored::committed ? RecipientAnswer::accepted : RecipientAnswer::deferred);
  }
}

/// The owner may drop this within the call.
void Handover::answer_when_settled() {
  if (settled_ == shares_.size()) std::exchange(done_, nullptr)(outcomes_);
}

}  // namespace inboxd::ingest::lmtp
