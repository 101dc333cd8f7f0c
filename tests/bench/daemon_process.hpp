// The real program, started on a folder of its own with one WhatsApp inbox and one admin, and ended at the end of
// scope.
#pragma once

#include <filesystem>
#include <string>
#include <thread>

#include <sys/types.h>

namespace inboxd::bench {

class DaemonProcess {
 public:
  /// Returns once the daemon serves; its store, in the folder's `store`, may be there already. Throws when it does not.
  DaemonProcess(const std::filesystem::path& program, std::filesystem::path folder);
  /// Stops it if stop() did not, and removes the folder.
  ~DaemonProcess();
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t id() const { return process_; }
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] std::filesystem::path database() const { return folder_ / "store" / "inboxd.db"; }
  /// What all its threads have used so far, in seconds.
  [[nodiscard]] double cpu_seconds() const;
  /// From its start until it served.
  [[nodiscard]] double started_in_ms() const { return started_in_ms_; }
  [[nodiscard]] double resident_mib() const;
  /// SIGTERM, and waits.
  void stop();

 private:
  std::string ask(const std::string& arguments) const;
  void start();

  std::filesystem::path program_;
  std::filesystem::path folder_;
  std::string token_;
  pid_t process_ = -1;
  int port_ = 0;
  double started_in_ms_ = 0;
  std::thread log_reader_;
};

}  // namespace inboxd::bench
