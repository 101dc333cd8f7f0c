// What both kinds of `inboxd import` say: how far they are on stderr, what became of it on stdout, and why they end.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include "daemon/app/exit_code.hpp"
#include "daemon/transfers/admin_client.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::app {

/// One line that is written anew on a terminal, else a line every few seconds: "1,250 of 20,000 mails, 310/s".
class ImportProgress {
 public:
  ImportProgress();
  ~ImportProgress();
  ImportProgress(const ImportProgress&) = delete;
  ImportProgress& operator=(const ImportProgress&) = delete;

  /// `before` of `done` were there when this run began; `total` 0: not known yet.
  void show(std::uint64_t done, std::uint64_t before, std::uint64_t total);
  /// "reading the file: 120 MB"
  void say(const std::string& what);

 private:
  [[nodiscard]] bool due();
  void write(const std::string& line);

  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool unfinished_ = false;  // a line that the next one is written over
  Clock::time_point began_ = Clock::now();
  Clock::time_point shown_ = Clock::now();
};

std::string with_commas(std::uint64_t number);

/// The daemon's answer, or the exit code after its reason is on stderr.
struct ImportAnswer {
  ExitCode exit = ExitCode::ok;
  boost::json::object fields;
};
ImportAnswer import_answer(const transfers::AdminAnswer& answer);

/// "imported 19,870, already there 120, kept as unreadable 10"
void print_tally(const boost::json::object& fields);

}  // namespace inboxd::app
