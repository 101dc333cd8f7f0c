// Originals out of a file that an operator's command reads, portion by portion: understood on worker threads, stored in
// one command with how far the file is read, so that a run which ended anywhere goes on there. Called by the admin
// routes; lives on the net thread. Never reads the file itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/command_bus/background.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/ingest/import_source.hpp"
#include "daemon/ingest/observer.hpp"
#include "daemon/ingest/stream_original.hpp"

namespace inboxd::ingest {

/// How far a file is read, in originals, and what became of them.
struct ImportPlace {
  std::int64_t position = 0;
  core::HistoryTally tally;
};

struct FileOriginal {
  std::string bytes;            // empty when they are a blob
  std::optional<BlobRef> blob;  // a large one
  connectors::FileOriginal extent = connectors::FileOriginal::whole;
  std::optional<Timestamp> arrived_at;  // where it does not say itself when it was written
};

struct FilePortion {
  std::string inbox;
  std::string source;  // names the file, whatever it is called
  ConversationStatus status = ConversationStatus::closed;
  std::int64_t position = 0;  // once it is stored
  std::vector<FileOriginal> originals;
};

/// In one portion: what one command stores.
inline constexpr std::size_t portion_originals_max = 16;

struct FileImportSurroundings {
  CurrentChannels channels;
  command_bus::Bus& bus;
  command_bus::Readers& readers;
  storage::Blobs& blobs;
  command_bus::RunInBackground background;
  Observer& observer;
  /// By the inbox's name: how long a resolved conversation stays open to a reply.
  std::function<std::chrono::days(const std::string&)> close_after;
};

class FileImport {
 public:
  using Done = std::function<void(Result<ImportPlace>)>;

  explicit FileImport(FileImportSurroundings surroundings);
  ~FileImport();

  void find(const std::string& inbox, const std::string& source, Done done);
  /// `done` after the commit, or with why nothing of it was stored.
  void take(FilePortion portion, Done done);
  /// The file is read: another import of it begins at its start. Answers what became of it.
  void forget(const std::string& inbox, const std::string& source, Done done);

 private:
  struct Work;
  void understood(const std::shared_ptr<Work>& work);
  void store(const std::shared_ptr<Work>& work);
  void not_stored(const std::shared_ptr<Work>& work, const Error& error);
  void finish(const std::shared_ptr<Work>& work, Result<ImportPlace> how);

  FileImportSurroundings with_;
  std::set<std::shared_ptr<Work>> works_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
