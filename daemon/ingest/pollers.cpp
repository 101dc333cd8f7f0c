// read_state → ask → answered → store → next, for ever; every failure ends in a pause and the same question.
#include "daemon/ingest/pollers.hpp"

#include <algorithm>
#include <utility>

#include "daemon/core/inboxes/health.hpp"

namespace inboxd::ingest {
namespace {

const connectors::Polls* polling(const ConfiguredChannel* channel) {
  if (channel == nullptr) return nullptr;
  const auto* polls = dynamic_cast<const connectors::Polls*>(channel->connector.get());
  return polls != nullptr && polls->polling_enabled() ? polls : nullptr;
}

bool failed(const connectors::Exchange& answer) {
  return answer.failure != connectors::TransferFailure::none || answer.status >= 400;
}

}  // namespace

class Pollers::Loop {
 public:
  Loop(Surroundings& with, InboxId inbox) : with_(with), inbox_(inbox) {}

  /// From the store each time, so that a commit that failed asks the very same question again.
  void read_state() {
    wait_.reset();
    channels_ = with_.channels();
    channel_ = channels_->channel(inbox_);
    polls_ = polling(channel_);
    if (polls_ == nullptr) return;
    with_.readers.read<std::string>(
        [inbox = inbox_](const command_bus::ReadSources& sources) -> Result<std::string> {
          return sources.tables.inboxes().connector_state(inbox);
        },
        lifetime_.guard([this](const Result<std::string>& state) {
          if (!state) return pause(backoff());
          ask(*state);
        }));
  }
  [[nodiscard]] bool running() const { return polls_ != nullptr; }
  /// After a reload a loop that waits asks at once: what it waited for may be mended.
  void hurry() {
    failures_ = 0;
    if (wait_) read_state();
  }

 private:
  void ask(const std::string& state) {
    asked_at_ = with_.clock.steady_now();
    with_.transfers.perform(polls_->poll_request(state), channel_->reach,
                            lifetime_.guard([this, state](connectors::Exchange answer) {
                              answer.now = with_.clock.now();
                              answer.nonce = with_.random.next();
                              answered(state, answer);
                            }));
  }

  void answered(const std::string& state, const connectors::Exchange& answer) {
    connectors::PollResult result;
    result.state = state;
    try {
      result = polls_->poll_answer(state, answer);
    } catch (const std::exception& bug) {
      result.inbound.malformed = std::string("the channel's code failed on it: ") + bug.what();
      result.finding = connectors::CheckFinding{InboxHealthState::unhealthy,
                                                "poll_broken",
                                                "the channel's code fails on what the provider sends; it is kept in "
                                                "quarantine: report it with `inboxd check`",
                                                {}};
      broken_ = true;
    }
    const bool good = !failed(answer) && !std::exchange(broken_, false);
    const bool brought = !result.inbound.events.empty() || !result.inbound.malformed.empty();
    if (!brought && result.state == state && !changes(result.finding)) return next(result.wait, good, brought);
    store(std::move(result), state, answer, good);
  }

  /// "All is well" is worth a commit once; trouble each time, since a check may have said otherwise meanwhile (the
  /// store announces only what is different).
  bool changes(const std::optional<connectors::CheckFinding>& finding) {
    if (!finding) return false;
    const bool well = finding->state == InboxHealthState::healthy;
    const bool said_before = std::exchange(said_well_, well) && well;
    return !said_before;
  }

  void store(connectors::PollResult result, const std::string& state, const connectors::Exchange& answer, bool good) {
    const bool quiet = result.inbound.events.empty() && !result.inbound.malformed.empty() && result.state == state;
    // The same bytes that nothing can be made of are kept once, not at every poll.
    if (quiet && std::exchange(last_malformed_, answer.body) == answer.body) result.inbound.malformed.clear();
    const bool brought = !result.inbound.events.empty();
    core::ProviderRequest request{inbox_, std::move(result.inbound), answer.body, "application/json", result.state};
    auto intake = std::make_shared<const Intake>(Intake{std::move(request), result.finding, "poll.receive"});
    take_in(with_.bus, channels_, intake,
            lifetime_.guard([this, intake, good, brought, wait = result.wait](const Result<core::Received>& received) {
              if (!received) {
                said_well_ = false;
                with_.observer.failed(channel_->name, "poll", received.error().detail);
                return pause(std::max(received.error().retry_after.value_or(Milliseconds{0}), backoff()));
              }
              with_.follow_up.committed(*channel_, intake->request.inbound, *received);
              next(wait, good, brought);
            }));
  }

  void next(Milliseconds wait, bool good, bool brought) {
    if (!good) return pause(std::max(wait, backoff()));
    failures_ = 0;
    with_.observer.polled(channel_->name);
    const auto took = with_.clock.steady_now() - asked_at_;
    if (!brought && took < empty_poll_floor) wait = std::max(wait, empty_poll_floor);
    pause(wait);
  }

  void pause(Milliseconds wait) {
    wait_ = with_.clock.after(wait, [this] { read_state(); });
  }

  /// Doubled with each failure, then between half and all of it, so that inboxes do not return in step.
  Milliseconds backoff() {
    auto delay = first_poll_backoff;
    for (int i = 0; i < failures_ && delay < longest_poll_backoff; ++i) delay *= 2;
    ++failures_;
    const auto half = std::min(delay, longest_poll_backoff) / 2;
    return half +
           Milliseconds{static_cast<std::int64_t>(with_.random.next() % static_cast<std::uint64_t>(half.count() + 1))};
  }

  Surroundings& with_;
  InboxId inbox_;
  std::shared_ptr<const ConfiguredChannels> channels_;
  const ConfiguredChannel* channel_ = nullptr;
  const connectors::Polls* polls_ = nullptr;  // null: this loop has ended
  bool broken_ = false;
  int failures_ = 0;
  Milliseconds asked_at_{0};
  bool said_well_ = false;
  std::string last_malformed_;
  std::unique_ptr<Wait> wait_;
  command_bus::Lifetime lifetime_;
};

Pollers::Pollers(Surroundings surroundings) : with_(std::move(surroundings)) {}
Pollers::~Pollers() = default;

void Pollers::reload() {
  const auto channels = with_.channels();
  for (const auto& channel : channels->all()) {
    if (polling(&channel) == nullptr) continue;
    auto& loop = loops_[channel.inbox];
    if (loop && loop->running()) {
      loop->hurry();
      continue;
    }
    loop = std::make_unique<Loop>(with_, channel.inbox);
    loop->read_state();
  }
}

void Pollers::stop() { loops_.clear(); }

}  // namespace inboxd::ingest
