// What `inboxd demo` leaves nothing of: its temporary folder, and the signals that must not end the process before the
// folder is removed. Used by demo.cpp alone.
#pragma once

#include <csignal>
#include <filesystem>

namespace inboxd::app {

/// A new folder for this user only (mkdtemp(3)) below the system's folder for temporary files; removed with all in it.
class TemporaryFolder {
 public:
  /// Throws std::system_error when none can be made.
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// SIGINT, SIGTERM and SIGHUP of this thread, and of those that it starts, wait while held.
class HeldSignals {
 public:
  HeldSignals();
  ~HeldSignals();
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  void release();
  void hold();

 private:
  sigset_t before_{};
};

}  // namespace inboxd::app
