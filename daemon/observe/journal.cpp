// Without the place in the source, which would be the same for every line.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include "daemon/observe/journal.hpp"

#include <cctype>
#include <cstdlib>

#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

namespace inboxd::observe {
namespace {

// What sd_journal_sendv(3) writes to. Where it is missing that function does nothing and calls it a success.
constexpr const char* journal_socket = "/run/systemd/journal/socket";

}  // namespace

std::string journal_field(std::string_view key) {
  std::string name = key == "inbox" || key == "conversation" ? "" : "INBOXD_";
  for (const char c : key) {
    const auto byte = static_cast<unsigned char>(c);
    name += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return name;
}

bool send_to_journal(const JournalEntry& entry) {
  std::vector<iovec> parts;
  parts.reserve(entry.size());
  // The interface takes no const, but only reads.
  for (const auto& field : entry) parts.push_back({const_cast<char*>(field.data()), field.size()});
  return sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) >= 0;
}

bool stderr_is_journal() {
  // Called before any thread starts; nothing in the process changes its environment.
  const char* stream = std::getenv("JOURNAL_STREAM");  // NOLINT(concurrency-mt-unsafe)
  struct stat found {};
  if (stream == nullptr || ::fstat(STDERR_FILENO, &found) != 0) return false;
  if (std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino) != stream) return false;
  return ::access(journal_socket, W_OK) == 0;
}

}  // namespace inboxd::observe
