// One import of an inbox's folders over connections of their own, while somebody asks how far it is. Several folders
// are merged by the times of their messages, so that a conversation reads in the order in which it was written. Called
// by the admin routes; lives on the net thread. Never touches the connections that bring news, nor the inbox's health.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/ingest/import_source.hpp"
#include "daemon/ingest/stream_runner.hpp"

namespace inboxd::ingest {

struct FolderImportOrder {
  std::string inbox;
  std::vector<std::string> folders;  // empty: all that the inbox listens to
  std::optional<Timestamp> since;
  ConversationStatus status = ConversationStatus::closed;

  friend bool operator==(const FolderImportOrder&, const FolderImportOrder&) = default;
};

enum class FolderImportStep { reading, done, failed };

struct FolderImportState {
  FolderImportStep step = FolderImportStep::reading;
  std::uint64_t stored = 0;    // originals, by this run
  std::uint64_t expected = 0;  // … in all; 0: not known yet
  core::HistoryTally tally;    // of all runs, once it is done
  std::string note;            // what a connection said last, while it is not well
  std::optional<Error> why;    // of failed
};

/// Nobody asked for this long: who began it is gone, and it rests where it is.
inline constexpr Milliseconds import_lease{20'000};

class FolderImport {
 public:
  FolderImport(StreamSurroundings with, std::function<std::chrono::days(const std::string&)> close_after);
  ~FolderImport();

  /// Goes on where an earlier run of the same order stopped. One at a time: the same again joins it, another is
  /// refused.
  Result<void> begin(FolderImportOrder order);
  /// Of the last one begun; keeps it going.
  [[nodiscard]] Result<FolderImportState> state();
  void stop();

 private:
  struct Folder;
  [[nodiscard]] HistoryRole role_of(Folder& folder);
  [[nodiscard]] std::optional<Timestamp> wait_beyond(const Folder& folder) const;
  void go_on();
  void ended(Folder& folder, const Result<void>& how);
  void all_ended();
  void fail(Error why);
  void keep();

  StreamSurroundings with_;
  std::function<std::chrono::days(const std::string&)> close_after_;
  FolderImportOrder order_;
  InboxId inbox_;
  std::vector<std::unique_ptr<Folder>> folders_;
  FolderImportState state_;
  bool begun_ = false;
  std::unique_ptr<Wait> lease_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
