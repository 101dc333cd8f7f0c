// settings → registration → connection; the first bad finding ends a check.
#include "daemon/ingest/checks.hpp"

#include <utility>

#include "daemon/core/inboxes/health.hpp"

namespace inboxd::ingest {

using connectors::CheckFinding;

struct Checks::Run {
  ConfiguredChannel channel;
  Part part = Part::registration;
  std::string webhook_url;
  connectors::Exchanges done;
  CheckFinding finding;
  std::vector<Done> waiting;
};

void Checks::start() {
  const auto channels = with_.channels();
  for (const auto& channel : channels->all()) check(channel.inbox, {});
  wait_for_next();
}

void Checks::stop() { wait_.reset(); }

void Checks::wait_for_next() {
  // Up to a tenth later each time, so that many daemons do not ask in step.
  const auto jitter = with_.random.next() % static_cast<std::uint64_t>(check_interval.count() / 10);
  wait_ = with_.clock.after(check_interval + Milliseconds{static_cast<std::int64_t>(jitter)}, [this] { start(); });
}

void Checks::check(InboxId inbox, Done done) {
  if (const auto found = running_.find(inbox); found != running_.end()) {
    if (done) found->second->waiting.push_back(std::move(done));
    return;
  }
  const auto channels = with_.channels();
  const auto* channel = channels->channel(inbox);
  if (channel == nullptr) {
    if (done) done({InboxHealthState::disabled, "not_configured", "it is not configured, or switched off", {}});
    return;
  }
  auto run = std::make_shared<Run>();
  run->channel = *channel;
  if (done) run->waiting.push_back(std::move(done));
  running_[inbox] = run;
  begin(run);
}

void Checks::begin(const std::shared_ptr<Run>& run) {
  if (const auto finding = run->channel.connector->settings_finding()) {
    run->finding = *finding;
    return store(run);
  }
  const auto* registers = dynamic_cast<const connectors::RegistersWebhook*>(run->channel.connector.get());
  const auto url = with_.webhook_url(run->channel.name);
  if (registers == nullptr || !registers->registration_wanted() || !url) run->part = Part::connection;
  run->webhook_url = url.value_or("");
  step(run);
}

connectors::CheckStep Checks::next_step(const Run& run) const {
  switch (run.part) {
    case Part::registration:
      return dynamic_cast<const connectors::RegistersWebhook&>(*run.channel.connector)
          .next_registration_step(run.webhook_url, run.done);
    case Part::connection:
      return run.channel.connector->next_check_step(run.done);
  }
  return CheckFinding{};
}

void Checks::step(const std::shared_ptr<Run>& run) {
  connectors::CheckStep next;
  try {
    next = next_step(*run);
  } catch (const std::exception& bug) {
    with_.observer.failed(run->channel.name, "check", bug.what());
    next = CheckFinding{InboxHealthState::degraded, "check_broken", "the channel's code failed on the check", {}};
  }
  if (auto* finding = std::get_if<CheckFinding>(&next)) return part_ended(run, std::move(*finding));
  if (run->done.size() >= check_steps_max)
    return part_ended(run, {InboxHealthState::degraded,
                            "check_broken",
                            "the channel's code asks for more steps than a check may have",
                            {}});
  perform(run, std::move(std::get<connectors::Transfer>(next)));
}

void Checks::perform(const std::shared_ptr<Run>& run, connectors::Transfer transfer) {
  with_.transfers.perform(std::move(transfer), run->channel.reach,
                          lifetime_.guard([this, run](connectors::Exchange answer) {
                            answer.now = with_.clock.now();
                            answer.nonce = with_.random.next();
                            run->done.push_back(std::move(answer));
                            step(run);
                          }));
}

void Checks::part_ended(const std::shared_ptr<Run>& run, CheckFinding finding) {
  const bool good = finding.state == InboxHealthState::healthy;
  // Either part may name the account.
  if (finding.account.empty()) finding.account = run->finding.account;
  run->finding = std::move(finding);
  if (run->part == Part::connection || !good) return store(run);
  run->part = Part::connection;
  run->done.clear();
  step(run);
}

void Checks::store(const std::shared_ptr<Run>& run) {
  with_.bus.submit<bool>(
      [inbox = run->channel.inbox, finding = run->finding](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "inbox.check"};
        core::learn_account(context, inbox, finding.account);
        if (finding.state == InboxHealthState::healthy) core::resume_outbound(context, inbox);
        core::change_health(context, inbox, {finding.state, finding.code, finding.detail, context.now});
        return true;
      },
      lifetime_.guard([this, run](const Result<bool>& stored) {
        if (!stored) with_.observer.failed(run->channel.name, "check", stored.error().detail);
        if (run->finding.state != InboxHealthState::healthy)
          with_.observer.failed(run->channel.name, "check", run->finding.detail);
        running_.erase(run->channel.inbox);
        for (const auto& done : run->waiting) done(run->finding);
      }));
}

}  // namespace inboxd::ingest
