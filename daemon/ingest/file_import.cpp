// take → each original understood in the background → store (all at once; one by one where our own code fails) → done.
#include "daemon/ingest/file_import.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace inboxd::ingest {
namespace {

ImportPlace place_in(const storage::Tables& tables, InboxId inbox, const std::string& source) {
  ImportPlace place;
  const auto position = tables.inboxes().stream_state(inbox, import_state(source));
  std::from_chars(position.data(), position.data() + position.size(), place.position);
  place.tally = core::tally_from_text(tables.inboxes().stream_state(inbox, import_tally(source)));
  return place;
}

}  // namespace

/// A portion on its way into the store.
struct FileImport::Work {
  ImportingInbox inbox;
  std::string source;
  Done done;
  std::vector<std::unique_ptr<StreamOriginal>> originals;
  std::size_t under_way = 0;
  std::vector<std::shared_ptr<core::ProviderRequest>> requests;
  std::size_t stored = 0;
  std::size_t at_once = portion_originals_max;
};

FileImport::FileImport(FileImportSurroundings surroundings) : with_(std::move(surroundings)) {}
FileImport::~FileImport() = default;

void FileImport::find(const std::string& inbox, const std::string& source, Done done) {
  const auto importing = importing_inbox(with_.channels, inbox);
  if (!importing) return done(importing.error());
  with_.readers.read<ImportPlace>(
      [inbox = importing->channel->inbox, source](const command_bus::ReadSources& sources) -> Result<ImportPlace> {
        return place_in(sources.tables, inbox, source);
      },
      std::move(done));
}

void FileImport::take(FilePortion portion, Done done) {
  auto inbox = importing_inbox(with_.channels, portion.inbox);
  if (!inbox) return done(inbox.error());
  if (portion.originals.empty() || portion.originals.size() > portion_originals_max)
    return done(bad_request("a portion has 1 to " + std::to_string(portion_originals_max) + " originals"));
  auto work = std::make_shared<Work>();
  work->inbox = std::move(inbox).value();
  work->source = portion.source;
  work->done = std::move(done);
  const core::History history{portion.status, with_.close_after(portion.inbox), import_tally(portion.source)};
  for (std::size_t i = 0; i < portion.originals.size(); ++i) {
    auto request = std::make_shared<core::ProviderRequest>();
    request->inbox = work->inbox.channel->inbox;
    request->raw_mime = work->inbox.reader->original_mime();
    request->history = history;
    const auto left = static_cast<std::int64_t>(portion.originals.size() - 1 - i);
    request->stream_state = core::StreamState{import_state(portion.source), std::to_string(portion.position - left)};
    work->requests.push_back(std::move(request));
    work->originals.push_back(std::make_unique<StreamOriginal>(with_.blobs, with_.background, [] {}));
  }
  work->under_way = work->originals.size();
  works_.insert(work);
  for (std::size_t i = 0; i < portion.originals.size(); ++i) {
    auto& original = portion.originals[i];
    if (original.blob) {
      work->originals[i]->take_blob(*original.blob);
    } else {
      work->originals[i]->append(original.bytes);
    }
    auto context = work->inbox.imports->file_context(original.extent, original.arrived_at);
    work->originals[i]->finish(work->inbox.channels, {{work->inbox.reader, std::move(context)}},
                               [this, weak = std::weak_ptr(work)] {
                                 const auto whole = weak.lock();
                                 if (whole && --whole->under_way == 0) understood(whole);
                               });
  }
}

void FileImport::understood(const std::shared_ptr<Work>& work) {
  for (std::size_t i = 0; i < work->originals.size(); ++i) {
    auto outcome = work->originals[i]->take_outcome();
    if (outcome.failure) return finish(work, *outcome.failure);
    auto& reading = outcome.understood.front();
    if (!reading.parser_failure.empty())
      with_.observer.failed(work->inbox.channel->name, "import",
                            "the channel's code failed: " + reading.parser_failure);
    work->requests[i]->inbound = std::move(reading.inbound);
    work->requests[i]->raw = std::move(outcome.raw);
    work->requests[i]->raw_blob = outcome.blob;
  }
  store(work);
}

void FileImport::store(const std::shared_ptr<Work>& work) {
  const auto count = std::min(work->at_once, work->requests.size() - work->stored);
  const std::vector<std::shared_ptr<const core::ProviderRequest>> batch(
      work->requests.begin() + static_cast<std::ptrdiff_t>(work->stored),
      work->requests.begin() + static_cast<std::ptrdiff_t>(work->stored + count));
  with_.bus.submit<ImportPlace>(
      [channels = work->inbox.channels, batch,
       source = work->source](command_bus::Workspace& workspace) -> Result<ImportPlace> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "message.import"};
        for (const auto& request : batch)
          if (auto received = core::receive(context, *channels, *request); !received) return received.error();
        return place_in(workspace.tables, batch.front()->inbox, source);
      },
      lifetime_.guard([this, work, count](Result<ImportPlace> place) {
        if (!place) return not_stored(work, place.error());
        work->stored += count;
        if (work->stored == work->requests.size()) return finish(work, std::move(place));
        store(work);
      }));
}

/// Our own code fails on what one of them brought: alone, it goes into quarantine as it came.
void FileImport::not_stored(const std::shared_ptr<Work>& work, const Error& error) {
  auto& first = *work->requests[work->stored];
  const bool alone = work->at_once == 1 || work->requests.size() == 1;
  if (error.code != ErrorCode::internal || (alone && !first.inbound.malformed.empty())) return finish(work, error);
  if (alone) {
    with_.observer.failed(work->inbox.channel->name, "import", error.detail);
    first.inbound = Inbound{};
    first.inbound.malformed = "inboxd failed on it: " + error.detail;
  }
  work->at_once = 1;
  store(work);
}

void FileImport::finish(const std::shared_ptr<Work>& work, Result<ImportPlace> how) {
  works_.erase(work);
  work->done(std::move(how));
}

void FileImport::forget(const std::string& inbox, const std::string& source, Done done) {
  const auto importing = importing_inbox(with_.channels, inbox);
  if (!importing) return done(importing.error());
  with_.bus.submit<ImportPlace>(
      [inbox = importing->channel->inbox, source](command_bus::Workspace& workspace) -> Result<ImportPlace> {
        const auto place = place_in(workspace.tables, inbox, source);
        workspace.tables.inboxes().set_stream_state(inbox, import_state(source), {});
        workspace.tables.inboxes().set_stream_state(inbox, import_tally(source), {});
        return place;
      },
      std::move(done));
}

}  // namespace inboxd::ingest
