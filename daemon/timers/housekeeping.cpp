// The steps of a round, each repeated until it finds less than a command may take.
#include "daemon/timers/housekeeping.hpp"

#include <utility>

namespace inboxd::timers {

void Housekeeping::start() {
  stopped_ = false;
  wait_.reset();
  with_.blobs.age_writes();
  run(std::make_shared<const std::vector<Step>>(steps()), 0);
}

void Housekeeping::stop() {
  stopped_ = true;
  wait_.reset();
}

std::vector<Housekeeping::Step> Housekeeping::steps() const {
  const auto keep = with_.retention();
  return {
      [keep](storage::Tables& tables, Timestamp now) {
        return tables.events().remove_before(now - keep.events, housekeeping_rows_max);
      },
      [keep](storage::Tables& tables, Timestamp now) {
        return tables.originals().remove_before(now - keep.originals, housekeeping_rows_max);
      },
      [](storage::Tables& tables, Timestamp now) {
        return tables.originals().forget_keys(now - passing_keys_kept, housekeeping_rows_max);
      },
      [](storage::Tables& tables, Timestamp now) {
        return tables.idempotency().remove_before(now - outcomes_kept, housekeeping_rows_max);
      },
      [](storage::Tables& tables, Timestamp now) {
        return tables.attachments().remove_unattached(now - uploads_kept, housekeeping_rows_max);
      },
      [](storage::Tables& tables, Timestamp now) {
        return tables.visitors().remove_unused(now - visitors_kept, housekeeping_rows_max);
      },
  };
}

void Housekeeping::run(const std::shared_ptr<const std::vector<Step>>& steps, std::size_t index) {
  if (stopped_) return;
  if (index == steps->size()) return remove_orphans();
  with_.bus.submit<int>(
      [step = (*steps)[index]](command_bus::Workspace& workspace) -> Result<int> {
        return step(workspace.tables, workspace.now);
      },
      lifetime_.guard([this, steps, index](const Result<int>& removed) {
        if (!removed) with_.observer.failed("housekeeping", removed.error().detail);
        const bool more = removed && *removed >= housekeeping_rows_max;
        // Through the clock: other commands get their turn, and a bus that answers in place does not nest.
        if (!stopped_)
          wait_ =
              with_.clock.after(Milliseconds{1}, [this, steps, next = more ? index : index + 1] { run(steps, next); });
      }));
}

/// The rows forget the files first: a crash in between leaves a file too many, never a row without its file. Bytes that
/// were written lately stay: a row that names them again may come at any moment, also between the two.
void Housekeeping::remove_orphans() {
  with_.bus.submit<std::vector<std::string>>(
      [&blobs = with_.blobs](command_bus::Workspace& workspace) -> Result<std::vector<std::string>> {
        auto& attachments = workspace.tables.attachments();
        auto hashes = attachments.orphans(workspace.now - uploads_kept, housekeeping_rows_max);
        std::erase_if(hashes, [&blobs](const std::string& hash) { return blobs.written_lately(hash); });
        for (const auto& hash : hashes) attachments.forget_blob(hash);
        return hashes;
      },
      lifetime_.guard([this](Result<std::vector<std::string>> hashes) {
        if (!hashes) with_.observer.failed("housekeeping", hashes.error().detail);
        if (!hashes || hashes->empty()) return end_round();
        remove_files(std::move(*hashes));
      }));
}

void Housekeeping::remove_files(std::vector<std::string> hashes) {
  auto refused = std::make_shared<std::string>();
  with_.run_in_background(
      [&blobs = with_.blobs, hashes = std::move(hashes), refused] {
        for (const auto& hash : hashes)
          if (const auto removed = blobs.remove(hash); !removed) *refused = removed.error().detail;
      },
      lifetime_.guard([this, refused] {
        if (!refused->empty()) with_.observer.failed("housekeeping", *refused);
        if (!stopped_) wait_ = with_.clock.after(Milliseconds{1}, [this] { remove_orphans(); });
      }));
}

void Housekeeping::end_round() {
  if (!stopped_) wait_ = with_.clock.after(housekeeping_interval, [this] { start(); });
}

}  // namespace inboxd::timers
