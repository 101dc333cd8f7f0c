// Owner, mode and lock of the store's directory.
#include "storage/sqlite/directory.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/file_descriptor.hpp"

namespace inboxd::storage::sqlite {
namespace {

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (getpwuid_r(user, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return fmt::format("'#{}'", user);
}

bool refuse(OpenError& error, OpenRefusal refusal, std::string detail) {
  error = {refusal, std::move(detail)};
  return false;
}

void sync_path(const std::filesystem::path& path, int flags) {
  const FileDescriptor opened(::open(path.c_str(), flags | O_CLOEXEC));
  if (opened.get() < 0)
    throw StorageFailure(FailureKind::unavailable, fmt::format("open {}: {}", path.string(), std::strerror(errno)));
  if (::fsync(opened.get()) != 0)
    throw StorageFailure(FailureKind::sync_failed, fmt::format("fsync {}: {}", path.string(), std::strerror(errno)));
}

}  // namespace

bool prepare_directory(const std::filesystem::path& directory, OpenError& error) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    std::error_code failed;
    if (const auto parent = directory.parent_path(); !parent.empty())
      std::filesystem::create_directories(parent, failed);
    if (::mkdir(directory.c_str(), 0700) != 0 || ::stat(directory.c_str(), &status) != 0)
      return refuse(error, OpenRefusal::unavailable,
                    fmt::format("cannot create the directory {}: {}", directory.string(), std::strerror(errno)));
    sync_directory(directory / "..");
  }
  if (!S_ISDIR(status.st_mode))
    return refuse(error, OpenRefusal::unavailable, fmt::format("{} is not a directory", directory.string()));
  if (status.st_uid != ::geteuid()) {
    const auto owner = user_name(status.st_uid);
    return refuse(error, OpenRefusal::not_owner,
                  fmt::format("{} belongs to {}; run the command as that user: sudo -u {} inboxd …", directory.string(),
                              owner, owner));
  }
  return true;
}

std::shared_ptr<void> lock_directory(const std::filesystem::path& directory, OpenError& error) {
  const auto file = directory / "lock";
  auto held = std::make_shared<FileDescriptor>(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (held->get() < 0) {
    refuse(error, OpenRefusal::unavailable, fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)));
    return nullptr;
  }
  if (::flock(held->get(), LOCK_EX | LOCK_NB) != 0) {
    refuse(error, OpenRefusal::locked,
           fmt::format("{} is in use by another inboxd; stop it, or ask it by its admin socket", directory.string()));
    return nullptr;
  }
  return held;
}

void sync_directory(const std::filesystem::path& directory) { sync_path(directory, O_RDONLY | O_DIRECTORY); }
void sync_file(const std::filesystem::path& file) { sync_path(file, O_RDWR); }

}  // namespace inboxd::storage::sqlite
