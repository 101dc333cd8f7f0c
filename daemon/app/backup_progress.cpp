#include "daemon/app/backup_progress.hpp"

#include <ctime>
#include <iostream>
#include <string_view>

#include <fmt/format.h>
#include <unistd.h>

namespace inboxd::app {

BackupProgress::BackupProgress() : stride_(::isatty(STDERR_FILENO) != 0 ? 1 : 10) {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  sigaddset(&signals_, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

BackupProgress::~BackupProgress() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

bool BackupProgress::show(const storage::BackupProgress& progress) {
  constexpr timespec at_once{};
  ended_ = ended_ || ::sigtimedwait(&signals_, nullptr, &at_once) > 0;
  const auto percent = progress.total == 0 ? 100 : progress.done * 100 / progress.total;
  if (what_ == nullptr || std::string_view(what_) != progress.what) {
    what_ = progress.what;
    shown_ = 0;
  } else if (percent < shown_ + stride_ && (progress.done < progress.total || percent == shown_)) {
    return !ended_;
  }
  shown_ = percent;
  std::cerr << progress.what << ' ' << percent << " %\n";
  return !ended_;
}

ExitCode fail_backup(const Error& error) {
  std::cerr << "inboxd: " << error.detail << '\n';
  switch (error.code) {
    case ErrorCode::conflict:
    case ErrorCode::not_found:
      return ExitCode::usage;
    case ErrorCode::forbidden:
      return ExitCode::not_permitted;
    case ErrorCode::rate_limited:
    case ErrorCode::draining:
      return ExitCode::try_again;
    case ErrorCode::bad_request:
    case ErrorCode::unauthenticated:
    case ErrorCode::conversation_moved:
    case ErrorCode::idempotency_mismatch:
    case ErrorCode::resync_required:
    case ErrorCode::epoch_changed:
    case ErrorCode::payload_too_large:
    case ErrorCode::channel_unavailable:
    case ErrorCode::window_closed:
    case ErrorCode::storage_unavailable:
    case ErrorCode::internal:
      return ExitCode::io_error;
  }
  return ExitCode::io_error;
}

std::string describe(const storage::BackupFacts& facts) {
  auto text = fmt::format("{} files, {} bytes, schema step {}, at {}:{}", facts.files, facts.bytes, facts.schema_step,
                          facts.epoch, facts.head);
  if (facts.left_out > 0) text += fmt::format(", damaged attachments left out: {}", facts.left_out);
  return text;
}

}  // namespace inboxd::app
