// What `backup` and `restore` have in common: progress on stderr, an orderly end on Ctrl-C, exit codes of what storage
// says.
#pragma once

#include <csignal>
#include <string>

#include "daemon/app/exit_code.hpp"
#include "storage/backup.hpp"

namespace inboxd::app {

/// Blocks SIGINT and SIGTERM as long as it lives, so that the work between two looks ends in order.
class BackupProgress {
 public:
  BackupProgress();
  ~BackupProgress();
  BackupProgress(const BackupProgress&) = delete;
  BackupProgress& operator=(const BackupProgress&) = delete;

  /// Prints each tenth of the work, or each hundredth on a terminal; false once a signal has come.
  bool show(const storage::BackupProgress& progress);

 private:
  sigset_t signals_{};
  sigset_t before_{};
  const char* what_ = nullptr;
  std::uint64_t shown_ = 0;  // percent
  std::uint64_t stride_;
  bool ended_ = false;
};

/// To stderr, with the exit code that goes with it.
ExitCode fail_backup(const Error& error);
/// "1,234 files, 56,789 bytes, schema step 2, at 7k2:18812".
std::string describe(const storage::BackupFacts& facts);

}  // namespace inboxd::app
