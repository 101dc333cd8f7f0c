// begin → a runner for each folder → (moved → whoever is next stores)* → all ended → tally read, states forgotten.
#include "daemon/ingest/folder_import.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::ingest {

/// One folder's connection.
struct FolderImport::Folder {
  std::string name;
  std::string source;  // names its stream states
  std::unique_ptr<StreamRunner> runner;
  std::uint64_t expected = 0;
  std::uint64_t stored = 0;
  bool expected_known = false;
  bool ended = false;
};

FolderImport::FolderImport(StreamSurroundings with, std::function<std::chrono::days(const std::string&)> close_after)
    : with_(std::move(with)), close_after_(std::move(close_after)) {}
FolderImport::~FolderImport() = default;

Result<void> FolderImport::begin(FolderImportOrder order) {
  if (begun_ && state_.step == FolderImportStep::reading) {
    if (order == order_) return keep(), Result<void>();
    return Error{ErrorCode::conflict,
                 "an import of the inbox " + order_.inbox + " is running; wait until it is done, or stop its command",
                 {}};
  }
  const auto inbox = importing_inbox(with_.channels, order.inbox);
  if (!inbox) return inbox.error();
  const auto endpoints = inbox->imports->history_streams(order.folders);
  if (endpoints.empty())
    return bad_request("the inbox " + order.inbox +
                       " reads no mailbox; bring its history in from a file (import mbox)");
  folders_.clear();
  state_ = {};
  begun_ = true;
  inbox_ = inbox->channel->inbox;
  order_ = std::move(order);
  for (const auto& endpoint : endpoints) {
    auto folder = std::make_unique<Folder>();
    folder->name = endpoint.name;
    folder->source = "folder " + endpoint.name + (order_.since ? " since " + to_rfc3339(*order_.since) : "");
    folders_.push_back(std::move(folder));
  }
  for (auto& folder : folders_)
    folder->runner = std::make_unique<StreamRunner>(
        with_, inbox_, folder->name,
        [this](const connectors::CheckFinding& finding) {
          state_.note =
              finding.state == InboxHealthState::healthy || finding.code == "first_sync" ? "" : finding.detail;
        },
        role_of(*folder));
  keep();
  for (auto& folder : folders_)
    if (state_.step == FolderImportStep::reading) folder->runner->begin();
  return {};
}

HistoryRole FolderImport::role_of(Folder& folder) {
  HistoryRole role;
  role.state_name = import_state(folder.source);
  role.history = {order_.status, close_after_(order_.inbox), import_tally(folder.source)};
  role.since = order_.since;
  role.wait_beyond = [this, &folder] { return wait_beyond(folder); };
  role.moved = [this] { go_on(); };
  role.expected = [&folder](std::uint64_t originals) {
    folder.expected = folder.stored + originals;
    folder.expected_known = true;
  };
  role.stored = [&folder](const std::vector<core::Received>& received) { folder.stored += received.size(); };
  role.ended = [this, &folder](const Result<void>& how) { ended(folder, how); };
  return role;
}

/// The earliest of what other folders wait with; long ago where one may still bring anything.
std::optional<Timestamp> FolderImport::wait_beyond(const Folder& folder) const {
  std::optional<Timestamp> earliest;
  for (const auto& other : folders_) {
    if (other.get() == &folder || other->ended || !other->runner) continue;
    const auto waits_at = other->runner->waits_at().value_or(Timestamp::min());
    earliest = std::min(earliest.value_or(waits_at), waits_at);
  }
  return earliest;
}

void FolderImport::go_on() {
  for (const auto& folder : folders_)
    if (folder->runner && !folder->ended) folder->runner->go_on();
}

void FolderImport::ended(Folder& folder, const Result<void>& how) {
  folder.ended = true;
  if (!how) return fail(how.error());
  const bool all = std::all_of(folders_.begin(), folders_.end(), [](const auto& one) { return one->ended; });
  if (all) return all_ended();
  go_on();
}

/// The next import of the same folders begins at their start, and finds most of it there already.
void FolderImport::all_ended() {
  std::vector<std::string> sources;
  for (const auto& folder : folders_) sources.push_back(folder->source);
  with_.bus.submit<core::HistoryTally>(
      [inbox = inbox_, sources](command_bus::Workspace& workspace) -> Result<core::HistoryTally> {
        auto& inboxes = workspace.tables.inboxes();
        core::HistoryTally all;
        for (const auto& source : sources) {
          const auto tally = core::tally_from_text(inboxes.stream_state(inbox, import_tally(source)));
          all.imported += tally.imported;
          all.repeated += tally.repeated;
          all.unreadable += tally.unreadable;
          inboxes.set_stream_state(inbox, import_state(source), {});
          inboxes.set_stream_state(inbox, import_tally(source), {});
        }
        return all;
      },
      lifetime_.guard([this](Result<core::HistoryTally> tally) {
        if (!tally) return fail(tally.error());
        state_.tally = *tally;
        state_.step = FolderImportStep::done;
        lease_.reset();
      }));
}

/// What is stored stays; another run goes on there.
void FolderImport::fail(Error why) {
  if (state_.step != FolderImportStep::reading) return;
  state_.step = FolderImportStep::failed;
  state_.why = std::move(why);
  lease_.reset();
  for (auto& folder : folders_) {
    folder->ended = true;
    if (folder->runner) folder->runner->stop();
  }
}

void FolderImport::keep() {
  lease_ = with_.clock.after(import_lease, [this] { fail({ErrorCode::conflict, "nobody asked for it any more", {}}); });
}

Result<FolderImportState> FolderImport::state() {
  if (!begun_) return not_found("no import was begun since the daemon was started");
  if (state_.step == FolderImportStep::reading) keep();
  auto now = state_;
  bool known = true;
  for (const auto& folder : folders_) {
    now.stored += folder->stored;
    now.expected += folder->expected;
    known = known && folder->expected_known;
  }
  if (!known) now.expected = 0;
  return now;
}

void FolderImport::stop() {
  if (begun_) fail({ErrorCode::draining, "inboxd is stopping; start the import again, it goes on where it was", {}});
}

}  // namespace inboxd::ingest
