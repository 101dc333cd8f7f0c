#include "daemon/app/store_copies.hpp"

#include <sys/statvfs.h>

#include "storage/backup.hpp"
#include "storage/store.hpp"

namespace inboxd::app {
namespace {

constexpr Milliseconds look_interval{2'000};  // whether the commands that hold copies are still there
/// A copy must not be what fills the disk under the daemon.
constexpr std::uint64_t bytes_kept_free = 256ULL << 20U;

Result<void> check_space(const std::filesystem::path& directory) {
  std::uint64_t needed = bytes_kept_free;
  for (const auto* name : {"inboxd.db", "inboxd.db-wal"}) {
    std::error_code missing;
    const auto size = std::filesystem::file_size(directory / name, missing);
    if (!missing) needed += size;
  }
  struct statvfs disk {};
  if (::statvfs(directory.c_str(), &disk) != 0) return {};
  const auto free = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  if (free >= needed) return {};
  return Error{ErrorCode::storage_unavailable,
               "a copy beside the store needs " + std::to_string(needed) + " free bytes in " + directory.string() +
                   ", there are " + std::to_string(free) + "; make room first",
               {}};
}

}  // namespace

StoreCopies::StoreCopies(Surroundings surroundings) : with_(std::move(surroundings)) {
  // A command may be reading attachments for a copy that an earlier process made for it.
  if (storage::remove_abandoned_copies(with_.directory)) {
    kept_ = with_.opened.keep_blobs();
    watch_holders();
  }
}

StoreCopies::~StoreCopies() {
  ending_ = true;
  if (thread_.joinable()) thread_.join();
}

void StoreCopies::stop() {
  ending_ = true;
  next_look_.reset();
}

http::CopyState StoreCopies::state() const {
  auto now = state_;
  now.bytes_done = bytes_done_;
  now.bytes_total = bytes_total_;
  return now;
}

Result<void> StoreCopies::begin(const std::string& folder) {
  if (ending_) return Error{ErrorCode::draining, "the daemon is stopping", Milliseconds{5'000}};
  if (state_.step == http::CopyStep::copying)
    return Error{ErrorCode::storage_unavailable, "another backup is being made; try again later", Milliseconds{60'000}};
  if (!storage::copy_is_held(with_.directory, folder))
    return bad_request("`folder` is not a copy's folder that somebody holds");
  if (auto enough = check_space(with_.directory); !enough) return enough;
  if (thread_.joinable()) thread_.join();
  // Before the copy's moment, so that every attachment that it names is there.
  kept_ = with_.opened.keep_blobs();
  bytes_done_ = 0;
  bytes_total_ = 0;
  state_ = {http::CopyStep::copying, folder, 0, 0, {}};
  const Done done = lifetime_.guard([this](bool whole, const std::string& why) { copied(whole, why); });
  thread_ = std::thread([this, folder, done] { copy(folder, done); });
  watch_holders();
  return {};
}

void StoreCopies::copy(const std::string& folder, const Done& done) {
  bool whole = false;
  std::string why;
  try {
    whole = with_.opened.copy_into(with_.directory / folder / "inboxd.db", [&](const storage::CopyProgress& progress) {
      bytes_done_ = progress.bytes_done;
      bytes_total_ = progress.bytes_total;
      return !ending_ && storage::copy_is_held(with_.directory, folder);
    });
    if (!whole) why = "the copy was ended before it was whole";
  } catch (const std::exception& failure) {
    why = failure.what();
  }
  with_.post([done, whole, why] { done(whole, why); });
}

void StoreCopies::copied(bool whole, const std::string& why) {
  state_.step = whole ? http::CopyStep::ready : http::CopyStep::failed;
  state_.why = why;
  if (whole)
    with_.log.info("storage", "copied for a backup", {{"bytes", bytes_total_.load()}});
  else
    with_.log.warning("storage", "copy for a backup failed", {{"why", why}});
}

void StoreCopies::watch_holders() {
  next_look_ = with_.clock.after(look_interval, [this] {
    if (state_.step != http::CopyStep::copying && !storage::remove_abandoned_copies(with_.directory)) {
      kept_.reset();
      return;
    }
    watch_holders();
  });
}

}  // namespace inboxd::app
