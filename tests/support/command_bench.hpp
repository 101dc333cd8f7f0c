// A store, a clock and commands that append one event each, for tests of the bus itself.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <stdlib.h>

#include "daemon/command_bus/bus.hpp"
#include "storage/open.hpp"
#include "tests/support/manual_clock.hpp"

namespace inboxd {

class CommandBench {
 public:
  CommandBench() : opened_(open()), writer(opened_.store->open_writer()), reader(opened_.store->open_reader()) {}
  ~CommandBench() {
    reader.reset();
    writer.reset();
    std::error_code ignored_at_the_end_of_a_test;
    std::filesystem::remove_all(folder_, ignored_at_the_end_of_a_test);
  }
  CommandBench(const CommandBench&) = delete;
  CommandBench& operator=(const CommandBench&) = delete;

  static std::unique_ptr<command_bus::Job> append_then(std::int64_t object, std::vector<Result<int>>& answers,
                                                       std::function<Result<int>()> then) {
    return std::make_unique<command_bus::CommandJob<int>>(
        [object, then = std::move(then)](command_bus::Workspace& workspace) {
          Event event;
          event.object = object;
          workspace.tables.events().append(event);
          return then();
        },
        [&answers](Result<int> answer) { answers.push_back(std::move(answer)); });
  }
  static std::unique_ptr<command_bus::Job> append(std::int64_t object, std::vector<Result<int>>& answers) {
    return append_then(object, answers, [] { return Result<int>(1); });
  }
  /// What the log holds, in order.
  std::vector<std::int64_t> objects() {
    std::vector<std::int64_t> found;
    reader->read([&](const storage::Tables& tables) {
      for (const auto& event : tables.events().after(0, 10'000)) found.push_back(event.object);
    });
    return found;
  }
  std::unique_ptr<storage::Reader> another_reader() { return opened_.store->open_reader(); }
  std::unique_ptr<storage::SearchReader> search_reader() { return opened_.open_search_reader(); }

 private:
  storage::OpenedStore open() {
    std::string pattern = (std::filesystem::temp_directory_path() / "bus-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
    storage::OpenError error;
    auto opened = storage::open_store({folder_ / "store", [] { return std::uint64_t{4711}; }, clock.now()}, error);
    if (!opened) throw std::runtime_error(error.detail);
    return std::move(*opened);
  }

  std::filesystem::path folder_;

 public:
  ManualClock clock;

 private:
  storage::OpenedStore opened_;

 public:
  std::unique_ptr<storage::Writer> writer;
  std::unique_ptr<storage::Reader> reader;
};

}  // namespace inboxd
