#include "daemon/ingest/examinations.hpp"

#include <algorithm>

namespace inboxd::ingest {
namespace {

Result<ConfiguredChannel> examined_channel(const ConfiguredChannels& channels, const std::string& inbox) {
  if (const auto* channel = channels.channel(inbox)) return *channel;
  const bool off = std::any_of(channels.disabled().begin(), channels.disabled().end(),
                               [&](const auto& channel) { return channel.name == inbox; });
  if (off) return bad_request("the running daemon has the inbox " + inbox + " switched off; reload it");
  return not_found("the running daemon has no inbox " + inbox + "; reload it, if the config names it since");
}

}  // namespace

Result<void> Examinations::begin(const std::string& inbox, connectors::SelfMessages messages) {
  if (stopped_) return Error{ErrorCode::draining, "inboxd is stopping", {}};
  if (examination_ && state_.step == ExaminationStep::looking)
    return Error{ErrorCode::conflict, "the inbox " + inbox_ + " is being looked at; try again in a minute", {}};
  auto channel = examined_channel(*channels_(), inbox);
  if (!channel) return channel.error();
  inbox_ = inbox;
  state_ = {};
  InboxExaminationOrder order;
  order.channel = std::move(channel).value();
  order.messages = messages;
  examination_ = std::make_unique<InboxExamination>(
      with_, std::move(order),
      [this](connectors::Examined examined) { state_.examined.push_back(std::move(examined)); },
      [this] {
        state_.step = ExaminationStep::done;
        lease_.reset();
      });
  keep();
  examination_->begin();
  return {};
}

void Examinations::keep() {
  lease_ = with_.clock.after(examination_lease, [this] { examination_.reset(); });
}

Result<ExaminationState> Examinations::state() {
  if (!examination_) return not_found("no inbox is being looked at, or nobody asked for 20 seconds");
  if (state_.step == ExaminationStep::looking) keep();
  return state_;
}

void Examinations::stop() {
  stopped_ = true;
  lease_.reset();
  examination_.reset();
}

}  // namespace inboxd::ingest
