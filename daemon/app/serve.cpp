// `inboxd serve` and `inboxd check`.
#include <csignal>
#include <iostream>

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "daemon/app/application.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/clock/system_random.hpp"

namespace inboxd::app {
namespace {

constexpr int free_bytes_kept = 64 << 20;    // by each of the allocator's arenas
constexpr int mapped_bytes_min = 4 << 20;    // from here on a block is mapped by itself, and given back when freed
constexpr int arena_growth_bytes = 1 << 20;  // asked of the kernel at once

/// One thread frees what another allocated, a commit group at a time: with the defaults of mallopt(3) the arenas shrink
/// and grow with every group, which costs more than the work itself.
void keep_freed_memory() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before there is another thread
  mallopt(M_TRIM_THRESHOLD, free_bytes_kept);
  mallopt(M_MMAP_THRESHOLD, mapped_bytes_min);
  mallopt(M_TOP_PAD, arena_growth_bytes);
  // NOLINTEND(concurrency-mt-unsafe)
}

/// A core would hold every token and every customer's words. PR_SET_DUMPABLE rather than RLIMIT_CORE alone: core(5)
/// says that the limit does not bind a core that is piped to a program, and other processes of this user may not attach
/// either (ptrace(2)).
void allow_no_core_dump() {
  ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  constexpr rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

ExitCode serve(const std::filesystem::path& config_file) {
  keep_freed_memory();
  allow_no_core_dump();
  // A peer that is gone shows as an error of the write, not as the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  auto config = load_config(config_file, config::SecretsMode::resolve);
  if (!config) return ExitCode::config;
  auto sockets = service::take_passed_sockets();
  if (!sockets) {
    std::cerr << "inboxd: " << sockets.error().detail << '\n';
    return ExitCode::config;
  }
  SystemRandom random;
  auto store = open_store_of(*config, random, StoreSecrets::readable);
  if (!store.opened) return store.exit;

  observe::Redactor redactor;
  for (const auto& secret : config->secrets) redactor.add(secret);
  observe::Log log(log_level(*config), log_format(), redactor);
  report_keys(store.opened->keys, *config, redactor, log);
  const auto reload = [config_file]() -> Result<config::Config> {
    auto fresh = load_config(config_file, config::SecretsMode::resolve);
    if (!fresh) return bad_request("the config has problems; `inboxd check` lists them");
    return std::move(*fresh);
  };
  service::SystemNotifier notifier;
  Application application(
      {std::move(*config), std::move(*store.opened), log, redactor, reload, std::move(*sockets), &notifier});
  if (auto started = application.start(); !started) {
    log.error("app", "cannot start", {{"why", started.error().detail}});
    return started.error().code == ErrorCode::conflict ? ExitCode::config : ExitCode::unavailable;
  }
  log.info("app", "serving", {{"listen", application.address()}, {"metrics", application.metrics_address()}});
  return static_cast<ExitCode>(application.run());
}

ExitCode check(const std::filesystem::path& config_file) {
  const auto config = load_config(config_file, config::SecretsMode::resolve);
  if (!config) return ExitCode::config;
  std::cout << config_file.string() << ": good, " << config->inboxes.size() << " inboxes\n";
  return ExitCode::ok;
}

}  // namespace inboxd::app
