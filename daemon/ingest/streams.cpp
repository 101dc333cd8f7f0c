// Which connections there are to be, and what they say together of an inbox.
#include "daemon/ingest/streams.hpp"

#include <set>

#include "daemon/core/inboxes/health.hpp"

namespace inboxd::ingest {

Streams::Streams(StreamSurroundings surroundings) : with_(std::move(surroundings)) {}
Streams::~Streams() = default;

void Streams::reload() {
  std::set<Key> wanted;
  const auto channels = with_.channels();
  for (const auto& channel : channels->all()) {
    const auto* streams = dynamic_cast<const connectors::Streams*>(channel.connector.get());
    if (streams == nullptr || dynamic_cast<const connectors::ReadsOriginals*>(channel.connector.get()) == nullptr)
      continue;
    for (const auto& endpoint : streams->streams()) wanted.emplace(channel.inbox, endpoint.name);
  }
  std::erase_if(findings_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (auto& [key, runner] : runners_)
    if (!wanted.contains(key)) runner->stop();
  std::erase_if(runners_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  for (const auto& key : wanted) {
    auto& runner = runners_[key];
    if (!runner)
      runner = std::make_unique<StreamRunner>(
          with_, key.first, key.second, [this, key](const connectors::CheckFinding& finding) { tell(key, finding); });
    runner->begin();
  }
}

void Streams::stop() {
  for (auto& [key, runner] : runners_) runner->stop();
  runners_.clear();
}

/// The store announces only what is different.
void Streams::tell(const Key& key, const connectors::CheckFinding& finding) {
  findings_[key] = finding;
  with_.bus.submit<bool>(
      [inbox = key.first, told = worst(key.first)](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "stream.health"};
        core::change_health(context, inbox, {told.state, told.code, told.detail, context.now});
        core::learn_account(context, inbox, told.account);
        return true;
      },
      lifetime_.guard([this](const Result<bool>& stored) {
        if (!stored) with_.observer.failed({}, "stream", stored.error().detail);
      }));
}

connectors::CheckFinding Streams::worst(InboxId inbox) const {
  connectors::CheckFinding found;
  for (auto at = findings_.lower_bound({inbox, {}}); at != findings_.end() && at->first.first == inbox; ++at)
    if (at->second.state >= found.state) found = at->second;
  return found;
}

}  // namespace inboxd::ingest
