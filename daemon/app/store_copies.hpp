// Copies of the running store for `inboxd backup`, on a thread of their own, one at a time. While a command holds the
// folder of its copy, no attachment is removed. Net thread, but for the copying itself.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/http/api/copies.hpp"
#include "daemon/observe/log.hpp"
#include "storage/open.hpp"

namespace inboxd::app {

class StoreCopies final : public http::CopySource {
 public:
  struct Surroundings {
    const storage::OpenedStore& opened;
    std::filesystem::path directory;
    Clock& clock;
    observe::Log& log;
    /// Runs a function on the net thread.
    std::function<void(std::function<void()>)> post;
  };

  explicit StoreCopies(Surroundings surroundings);
  /// Ends a copy that is being made.
  ~StoreCopies() override;
  StoreCopies(const StoreCopies&) = delete;
  StoreCopies& operator=(const StoreCopies&) = delete;

  Result<void> begin(const std::string& folder) override;
  [[nodiscard]] http::CopyState state() const override;
  /// From the drain on: none begins, the one that is being made ends soon.
  void stop();

 private:
  using Done = std::function<void(bool whole, const std::string& why)>;

  /// On the thread.
  void copy(const std::string& folder, const Done& done);
  void copied(bool whole, const std::string& why);
  void watch_holders();

  Surroundings with_;
  http::CopyState state_;
  std::atomic<std::uint64_t> bytes_done_{0};
  std::atomic<std::uint64_t> bytes_total_{0};
  std::atomic<bool> ending_{false};
  std::shared_ptr<void> kept_;  // every attachment stays while it is there
  std::unique_ptr<Wait> next_look_;
  command_bus::Lifetime lifetime_;
  std::thread thread_;
};

}  // namespace inboxd::app
