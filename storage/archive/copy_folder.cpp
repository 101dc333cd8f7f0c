// The folders of copies: `{directory}/copy-XXXXXX`, held by the command that made one.
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/backup.hpp"
#include "storage/file_descriptor.hpp"

namespace inboxd::storage {
namespace {

constexpr std::string_view prefix = "copy-";
constexpr std::size_t random_letters = 6;  // mkdtemp(3)

bool is_copy_name(std::string_view name) {
  return name.size() == prefix.size() + random_letters && name.starts_with(prefix) &&
         name.find_first_of("/.") == std::string_view::npos;
}

Error unavailable(const char* doing, const std::filesystem::path& path) {
  auto detail = fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(errno));
  return {
      errno == EACCES || errno == EPERM ? ErrorCode::forbidden : ErrorCode::storage_unavailable, std::move(detail), {}};
}

}  // namespace

Result<std::unique_ptr<CopyFolder>> CopyFolder::make(const std::filesystem::path& directory) {
  std::string pattern = (directory / (std::string(prefix) + "XXXXXX")).string();
  if (::mkdtemp(pattern.data()) == nullptr) return unavailable("create", pattern);
  const int held = ::open(pattern.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<CopyFolder> folder(
      new CopyFolder(pattern, held));  // the constructor is private: ownership is at once
  if (held < 0 || ::flock(held, LOCK_EX | LOCK_NB) != 0) return unavailable("lock", pattern);
  // Made by root, it is the daemon that writes into it.
  struct stat owner {};
  if (::stat(directory.c_str(), &owner) != 0 || ::fchown(held, owner.st_uid, owner.st_gid) != 0)
    return unavailable("give away", pattern);
  return folder;
}

CopyFolder::~CopyFolder() {
  std::error_code left_for_the_next_start;
  std::filesystem::remove_all(path_, left_for_the_next_start);
  if (held_ >= 0) ::close(held_);
}

bool copy_is_held(const std::filesystem::path& directory, const std::string& name) {
  if (!is_copy_name(name)) return false;
  const FileDescriptor folder(::open((directory / name).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  return folder.get() >= 0 && ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0;
}

bool remove_abandoned_copies(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable))
    if (is_copy_name(entry.path().filename().string())) names.push_back(entry.path().filename().string());
  bool held = false;
  for (const auto& name : names) {
    if (copy_is_held(directory, name)) {
      held = true;
      continue;
    }
    std::error_code left_for_the_next_time;
    std::filesystem::remove_all(directory / name, left_for_the_next_time);
  }
  return held;
}

}  // namespace inboxd::storage
