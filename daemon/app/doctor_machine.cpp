#include "daemon/app/doctor_machine.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "storage/seal.hpp"

namespace inboxd::app {
namespace {

std::string why(int error) { return std::generic_category().message(error); }

namespace fs = std::filesystem;

constexpr std::uint64_t mebibyte = 1ULL << 20U;
constexpr std::uint64_t free_least = 64 * mebibyte;  // below it a burst of attachments fills the disk
constexpr std::uint64_t free_wanted = 1024 * mebibyte;
constexpr std::chrono::milliseconds fsync_wanted{100};  // of one: nothing is acknowledged faster than that
constexpr int fsyncs = 5;
constexpr unsigned others = 0077;

void examine_free_space(const fs::path& directory, const Tell& tell) {
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0)
    return tell(failed(ExitCode::io_error, "disk", fmt::format("{}: {}", directory.string(), why(errno))));
  const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  const auto text = fmt::format("{} MiB free in {}", free / mebibyte, directory.string());
  if (free < free_least)
    return tell(failed(ExitCode::io_error, "disk", text + "; make room, or nothing more is taken in"));
  if (free < free_wanted) return tell(warning("disk", text + "; make room, a backup needs as much as the database"));
  tell(good("disk", text));
}

/// The longest of a few, on the disk where every acknowledgement waits for one.
void examine_fsync(const fs::path& directory, const Tell& tell) {
  std::string name = (directory / "doctor-XXXXXX").string();
  const int file = ::mkostemp(name.data(), O_CLOEXEC);
  if (file < 0)
    return tell(warning("fsync", fmt::format("not measured: cannot write in {}: {}; run as the directory's owner",
                                             directory.string(), why(errno))));
  ::unlink(name.c_str());
  std::chrono::steady_clock::duration longest{};
  bool worked = true;
  const std::string page(4096, 'x');
  for (int n = 0; n < fsyncs && worked; ++n) {
    const auto begun = std::chrono::steady_clock::now();
    worked = ::write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size()) && ::fsync(file) == 0;
    longest = std::max(longest, std::chrono::steady_clock::now() - begun);
  }
  const int error = errno;
  ::close(file);
  if (!worked) return tell(failed(ExitCode::io_error, "fsync", fmt::format("{}: {}", directory.string(), why(error))));
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(longest);
  const auto text = fmt::format("{} ms at most of {}", took.count(), fsyncs);
  if (took > fsync_wanted) return tell(warning("fsync", text + "; every message waits for one, use a faster disk"));
  tell(good("fsync", text));
}

}  // namespace

void examine_directory(const config::Config& config, const Tell& tell) {
  const auto& directory = config.storage.directory;
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    if (errno == ENOENT)
      return tell(warning("directory", directory.string() + " is not there yet; the first start makes it"));
    return tell(failed(ExitCode::io_error, "directory", fmt::format("{}: {}", directory.string(), why(errno))));
  }
  if (!S_ISDIR(status.st_mode))
    return tell(
        failed(ExitCode::config, "directory", directory.string() + " is no directory; change storage.directory"));
  const auto mode = status.st_mode & 07777U;
  const auto text = fmt::format("{}, mode {:04o}, owner {}", directory.string(), mode, status.st_uid);
  if ((mode & others) != 0)
    tell(warning("directory", text + "; others may look into it: chmod 0700 " + directory.string()));
  else if (status.st_uid != ::geteuid() && ::geteuid() != 0)
    tell(warning("directory", text + ", who is not you; run as its owner"));
  else
    tell(good("directory", text));
  examine_free_space(directory, tell);
  examine_fsync(directory, tell);
}

void examine_master_key(const config::Config& config, const config::Config* with_secrets, const Tell& tell) {
  const auto file = config.storage.directory / "master.key";
  struct stat status {};
  const bool has_file = ::stat(file.c_str(), &status) == 0;
  if (has_file && (status.st_mode & others) != 0)
    tell(warning("master key", "others may read it: chmod 0600 " + file.string()));
  if (with_secrets != nullptr && !with_secrets->storage.master_key.empty()) {
    const auto id = storage::MasterKey::from_text(with_secrets->storage.master_key)->id();
    if (has_file)
      return tell(warning("master key", "of the config, " + id + "; after a start with it remove " + file.string()));
    return tell(good("master key", "of the config, " + id));
  }
  if (has_file)
    return tell(warning("master key", "beside the data it seals, in " + file.string() +
                                          "; move it into a credential and name that as storage.master_key"));
  if (with_secrets == nullptr)
    return tell(good("master key", "none beside the data; the config's cannot be read here"));
  tell(warning("master key", "none yet; the first start makes one in " + file.string() +
                                 ", or give storage.master_key a credential (openssl rand -hex 32)"));
}

}  // namespace inboxd::app
