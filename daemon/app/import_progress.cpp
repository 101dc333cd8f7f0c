#include "daemon/app/import_progress.hpp"

#include <iostream>

#include <fmt/format.h>
#include <unistd.h>

#include "daemon/app/admin_fields.hpp"

namespace inboxd::app {
namespace {

constexpr std::chrono::milliseconds terminal_interval{200};
constexpr std::chrono::seconds line_interval{5};

ExitCode exit_of(int status) {
  if (status == 409 || status == 503) return ExitCode::try_again;
  return status >= 500 ? ExitCode::io_error : ExitCode::usage;
}

}  // namespace

std::string with_commas(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

ImportProgress::ImportProgress() : terminal_(::isatty(STDERR_FILENO) != 0) {}

ImportProgress::~ImportProgress() {
  if (unfinished_) std::cerr << '\n';
}

bool ImportProgress::due() {
  const auto now = Clock::now();
  if (now - shown_ < (terminal_ ? terminal_interval : line_interval)) return false;
  shown_ = now;
  return true;
}

void ImportProgress::write(const std::string& line) {
  // Clears what is left of a longer line before.
  if (terminal_) {
    std::cerr << '\r' << line << "\x1b[K" << std::flush;
  } else {
    std::cerr << line << '\n';
  }
  unfinished_ = terminal_;
}

void ImportProgress::show(std::uint64_t done, std::uint64_t before, std::uint64_t total) {
  if (!due()) return;
  const auto seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  const auto rate = static_cast<double>(done - std::min(done, before)) / std::max(seconds, 0.001);
  write(fmt::format("{}{} mails, {:.0f}/s", with_commas(done), total == 0 ? "" : " of " + with_commas(total), rate));
}

void ImportProgress::say(const std::string& what) {
  if (due()) write(what);
}

ImportAnswer import_answer(const transfers::AdminAnswer& answer) {
  switch (answer.reach) {
    case transfers::AdminReach::no_daemon:
      std::cerr << "inboxd: " << answer.detail
                << "; an import goes through the running daemon, which alone may read the inbox's secrets: start it "
                   "(systemctl start inboxd), then start the import again\n";
      return {ExitCode::unavailable, {}};
    case transfers::AdminReach::not_permitted:
      std::cerr << "inboxd: " << answer.detail << '\n';
      return {ExitCode::not_permitted, {}};
    case transfers::AdminReach::broken:
      std::cerr << "inboxd: " << answer.detail << "; start the import again, it goes on where it was\n";
      return {ExitCode::unavailable, {}};
    case transfers::AdminReach::answered:
      break;
  }
  auto fields = fields_of(answer.status, answer.body);
  if (fields) return {ExitCode::ok, std::move(fields).value()};
  std::cerr << "inboxd: " << fields.error().detail << '\n';
  return {exit_of(answer.status), {}};
}

void print_tally(const boost::json::object& fields) {
  const auto count = [&](const char* name) { return with_commas(fields.at(name).to_number<std::uint64_t>()); };
  std::cout << "imported " << count("imported") << ", already there " << count("repeated") << ", kept as unreadable "
            << count("unreadable") << '\n';
}

}  // namespace inboxd::app
