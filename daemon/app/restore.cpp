// `inboxd restore FILE`: the backup is verified and made ready beside the store (a new epoch, its outbox held) before
// anything is moved; then it takes the store's place, by renames that the next start ends if this process cannot.
#include <chrono>
#include <iostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "daemon/app/backup_progress.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/app/wall_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/command_bus/inline_bus.hpp"
#include "daemon/core/messages/hold.hpp"
#include "storage/backup.hpp"

namespace inboxd::app {
namespace {

namespace fs = std::filesystem;

std::string draw_epoch(Random& random) {
  auto number = random.next();
  std::string epoch;
  for (int digit = 0; digit < 8; ++digit, number /= 36) epoch += "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
  return epoch;
}

void begin_new_epoch(storage::OpenedStore& opened, Random& random) {
  auto epoch = draw_epoch(random);
  while (epoch == opened.store->epoch()) epoch = draw_epoch(random);
  const auto writer = opened.store->open_writer();
  writer->begin();
  writer->begin_new_epoch(epoch);
  writer->commit();
}

/// Nobody knows which of its rows went out since the copy was made.
Result<int> hold_outbox(storage::OpenedStore& opened) {
  const WallClock clock;
  const auto writer = opened.store->open_writer();
  command_bus::InlineBus bus(*writer, clock);
  int held = 0;
  Result<int> last = core::held_rows_max;
  while (last && *last == core::held_rows_max) {
    bus.submit<int>(
        [](command_bus::Workspace& workspace) -> Result<int> {
          core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "outbox.hold"};
          return core::hold_outbox(context);
        },
        [&](Result<int> taken) { last = std::move(taken); });
    if (last) held += *last;
  }
  if (!last) return last.error();
  return held;
}

/// The extracted store, migrated, in another life, ready to be served.
Result<int> make_ready(const fs::path& folder) {
  SystemRandom random;
  const WallClock clock;
  storage::OpenError error;
  int held = 0;
  {
    auto opened = storage::open_store({folder, [&random] { return random.next(); }, clock.now()}, error);
    if (!opened) return Error{ErrorCode::storage_unavailable, error.detail, {}};
    begin_new_epoch(*opened, random);
  }
  {
    // Opened again: a store says one epoch as long as it is open.
    auto opened = storage::open_store({folder, [&random] { return random.next(); }, clock.now()}, error);
    if (!opened) return Error{ErrorCode::storage_unavailable, error.detail, {}};
    const auto taken = hold_outbox(*opened);
    if (!taken) return taken.error();
    held = *taken;
  }
  for (const auto* name : {"manifest.json", "lock", "search.db", "search.db-wal", "search.db-shm"})
    fs::remove(folder / name);
  if (fs::exists(folder / "inboxd.db-wal"))
    return Error{ErrorCode::storage_unavailable, "the restored database could not be closed in order", {}};
  return held;
}

struct Restored {
  storage::BackupFacts facts;
  int held = 0;
};

Result<Restored> prepare(const fs::path& file, const fs::path& folder) {
  BackupProgress progress;
  fs::create_directory(folder);
  const auto facts = storage::read_backup(file, folder, storage::BackupUse::extract,
                                          [&](const storage::BackupProgress& done) { return progress.show(done); });
  if (!facts) return facts.error();
  if (facts->schema_step > storage::newest_schema_step())
    return Error{ErrorCode::epoch_changed,
                 fmt::format("the backup has schema step {}, this program knows {}; restore it with the newer inboxd",
                             facts->schema_step, storage::newest_schema_step()),
                 {}};
  const auto held = make_ready(folder);
  if (!held) return held.error();
  return Restored{*facts, *held};
}

std::string aside_name(const fs::path& directory) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto name =
      fmt::format("before-restore-{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
  auto unique = name;
  for (int n = 2; fs::exists(directory / unique); ++n) unique = name + '-' + std::to_string(n);
  return unique;
}

void report(const fs::path& directory, const fs::path& file, const Restored& restored, const std::string& aside) {
  std::cout << "restored from " << file.string() << ": " << describe(restored.facts) << "\n";
  if (fs::exists(directory / aside))
    std::cout << "the store that was here is in " << (directory / aside).string()
              << "; remove it when it is not missed\n";
  std::cout << restored.held << " replies are held, since they may have been sent after the backup was made; look at "
            << "`inboxd outbox list` and let them go with `inboxd outbox release`\n"
            << "clients take a fresh snapshot; the search index is built again at the next start\n";
}

}  // namespace

ExitCode restore(const fs::path& config_file, const fs::path& file) {
  const auto config = load_config(config_file, config::SecretsMode::skip);
  if (!config) return ExitCode::config;
  const auto& directory = config->storage.directory;
  storage::OpenError error;
  const auto lock = storage::lock_store(directory, error);
  if (!lock) {
    std::cerr << "inboxd: " << error.detail << '\n';
    return exit_of(error.refusal);
  }
  storage::finish_restore(directory);
  const auto folder = storage::unfinished_restore(directory);
  try {
    const auto restored = prepare(fs::absolute(file), folder);
    if (!restored) {
      fs::remove_all(folder);
      const auto code = fail_backup({restored.error().code, restored.error().detail + "; nothing was changed", {}});
      return restored.error().code == ErrorCode::epoch_changed ? ExitCode::config : code;
    }
    const auto aside = aside_name(directory);
    storage::commit_restore(directory, aside);
    report(directory, file, *restored, aside);
    return ExitCode::ok;
  } catch (const std::exception& broken) {
    fs::remove_all(folder);
    std::cerr << "inboxd: " << broken.what() << "; the next start, or the same command again, ends what was begun\n";
    return ExitCode::io_error;
  }
}

}  // namespace inboxd::app
