// `inboxd backup FILE`: a copy of one moment, taken by the daemon that runs or here when none does; then verified and
// packed in this process, which is the operator's and may write where the daemon may not.
#include "storage/backup.hpp"

#include <iostream>
#include <thread>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/admin_fields.hpp"
#include "daemon/app/backup_progress.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/operator_request.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/transfers/admin_client.hpp"

namespace inboxd::app {
namespace {

constexpr std::chrono::milliseconds look_interval{50};  // at the daemon's copy

Error unreachable(const transfers::AdminAnswer& answer) {
  return {ErrorCode::storage_unavailable, answer.detail + "; the backup was not made", {}};
}

Result<boost::json::object> copy_state(const transfers::AdminAnswer& answer) {
  if (answer.reach != transfers::AdminReach::answered) return unreachable(answer);
  return fields_of(answer.status, answer.body);
}

/// Asks the daemon and waits until the copy is there.
Result<void> copy_by_daemon(const transfers::AdminClient& client, const storage::CopyFolder& folder,
                            BackupProgress& progress) {
  const boost::json::object body{{"folder", folder.path().filename().string()}};
  auto state = copy_state(client.request("POST", "/admin/copies", boost::json::serialize(body)));
  while (state) {
    const auto step = state->at("state").as_string();
    if (step == "ready") return {};
    if (step != "copying") return Error{ErrorCode::storage_unavailable, std::string(state->at("why").as_string()), {}};
    const auto done = state->at("bytes_done").to_number<std::uint64_t>();
    const auto total = state->at("bytes_total").to_number<std::uint64_t>();
    if (total > 0 && !progress.show({"copying", done, total}))
      return Error{ErrorCode::draining, "ended before it was done", {}};
    std::this_thread::sleep_for(look_interval);
    state = copy_state(client.request("GET", "/admin/copies"));
  }
  return state.error();
}

Result<void> copy_here(const storage::OpenedStore& store, const storage::CopyFolder& folder, BackupProgress& progress) {
  const bool whole = store.copy_into(folder.database(), [&](const storage::CopyProgress& copied) {
    return progress.show({"copying", copied.bytes_done, copied.bytes_total});
  });
  if (!whole) return Error{ErrorCode::draining, "ended before it was done", {}};
  return {};
}

/// `store` is empty where a daemon runs.
Result<storage::BackupFacts> make_backup(const config::Config& config, const transfers::AdminClient& client,
                                         const std::optional<storage::OpenedStore>& store,
                                         const std::filesystem::path& file, bool leave_out_damaged) {
  BackupProgress progress;
  const auto folder = storage::CopyFolder::make(config.storage.directory);
  if (!folder) return folder.error();
  auto copied = store ? copy_here(*store, **folder, progress) : copy_by_daemon(client, **folder, progress);
  if (!copied) return copied.error();
  const auto now = std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  storage::BackupPlan plan{(*folder)->database(), config.storage.directory / "blobs", file, now};
  if (leave_out_damaged)
    plan.leave_out = [](const std::string& why) { std::cerr << "inboxd: left out: " << why << '\n'; };
  try {
    return storage::write_backup(plan, [&](const storage::BackupProgress& done) { return progress.show(done); });
  } catch (const storage::StorageFailure& failure) {
    return Error{ErrorCode::storage_unavailable, std::string(failure.what()) + "; no backup was made", {}};
  }
}

}  // namespace

ExitCode backup(const std::filesystem::path& config_file, const BackupOptions& options) {
  const auto config = load_config(config_file, config::SecretsMode::skip);
  if (!config) return ExitCode::config;
  const auto target = std::filesystem::absolute(options.file);
  // Told before minutes are spent on a copy; write_backup looks again.
  if (std::filesystem::exists(std::filesystem::symlink_status(target)))
    return fail_backup({ErrorCode::conflict, target.string() + " exists; name a new file, or remove it", {}});
  const transfers::AdminClient client(config->server.admin_socket.string());
  const auto daemon = client.request("GET", "/admin/copies");
  std::optional<storage::OpenedStore> store;
  switch (daemon.reach) {
    case transfers::AdminReach::answered:
      break;
    case transfers::AdminReach::no_daemon: {
      SystemRandom random;
      auto opened = open_store_of(*config, random, StoreSecrets::sealed);
      if (!opened.opened) return opened.exit;
      store = std::move(opened.opened);
      break;
    }
    case transfers::AdminReach::not_permitted:
      std::cerr << "inboxd: " << daemon.detail << owner_line(config->storage.directory) << '\n';
      return ExitCode::not_permitted;
    case transfers::AdminReach::broken:
      std::cerr << "inboxd: " << daemon.detail << '\n';
      return ExitCode::unavailable;
  }
  const auto facts = make_backup(*config, client, store, target, options.leave_out_damaged);
  if (!facts) return fail_backup(facts.error());
  std::cout << target.string() << ": " << describe(*facts) << "; verified\n"
            << "not in it: the master key, the config and its secrets, the search index. Keep the master key and the "
               "config elsewhere: without the key what the backup holds sealed stays sealed.\n";
  return ExitCode::ok;
}

}  // namespace inboxd::app
