// `inboxd doctor`: looks at everything that a working desk needs and says, one line each, what is well and what to
// mend. Changes nothing; it sends something only when asked to. With a running daemon the store is asked through it.
#include <algorithm>
#include <iostream>
#include <sstream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "connectors/sdk/factory.hpp"
#include "daemon/app/admin_fields.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/doctor_accounts.hpp"
#include "daemon/app/doctor_daemon.hpp"
#include "daemon/app/doctor_machine.hpp"
#include "daemon/app/doctor_network.hpp"
#include "daemon/app/operator_request.hpp"
#include "daemon/config/load.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::app {
namespace {

constexpr std::int64_t wal_bytes_wanted = 256LL << 20U;  // 16,000 pages are 64 MiB; more says that a reader hangs

/// How much worse one failure is than another, as an operator has to mend them.
int weight(ExitCode exit) {
  if (exit == ExitCode::config) return 3;
  if (exit == ExitCode::io_error) return 2;
  return exit == ExitCode::ok ? 0 : 1;
}

/// Prints each finding as it comes, or all of them as one JSON text.
class Report {
 public:
  explicit Report(DoctorOutput output) : output_(output) { writer_.begin_array(); }
  void add(const Finding& finding) {
    if (finding.verdict == Verdict::failed && weight(finding.exit) > weight(exit_)) exit_ = finding.exit;
    if (output_ == DoctorOutput::lines) {
      std::cout << fmt::format("{:<8} {}: {}\n", enum_name(finding.verdict), finding.what, finding.detail)
                << std::flush;
      return;
    }
    writer_.begin_object();
    writer_.key("verdict");
    writer_.word(finding.verdict);
    writer_.key("what");
    writer_.string(finding.what);
    writer_.key("detail");
    writer_.string(finding.detail);
    writer_.end_object();
  }
  ExitCode finish() {
    writer_.end_array();
    if (output_ == DoctorOutput::json)
      std::cout << R"({"findings":)" << text_ << R"(,"exit":)" << static_cast<int>(exit_) << "}\n";
    return exit_;
  }

 private:
  DoctorOutput output_;
  std::string text_;
  JsonWriter writer_{text_};
  ExitCode exit_ = ExitCode::ok;
};

/// As read without secrets, and, where they can be read here, with them.
struct Configs {
  std::optional<config::Config> plain;
  std::optional<config::Config> with_secrets;
  std::vector<config::Problem> secret_problems;
};

Configs examine_config(const std::filesystem::path& file, const Tell& tell) {
  Configs configs;
  auto plain = config::load_file(file, connectors::channels(), config::ProcessEnvironment{}, config::SecretsMode::skip);
  if (const auto* problems = std::get_if<std::vector<config::Problem>>(&plain)) {
    for (const auto& problem : *problems) tell(failed(ExitCode::config, "config", config::to_string(problem)));
    return configs;
  }
  configs.plain = std::get<config::Config>(std::move(plain));
  tell(good("config", fmt::format("{}, {} inboxes", file.string(), configs.plain->inboxes.size())));
  auto whole = config::load_file(file, connectors::channels(), config::ProcessEnvironment{});
  if (auto* problems = std::get_if<std::vector<config::Problem>>(&whole))
    configs.secret_problems = std::move(*problems);
  else
    configs.with_secrets = std::get<config::Config>(std::move(whole));
  return configs;
}

/// Under a service manager the daemon alone has its credentials.
void examine_credentials(const Configs& configs, bool daemon_runs, const Tell& tell) {
  if (configs.with_secrets)
    return tell(good("credentials", fmt::format("{} secrets can be read", configs.with_secrets->secrets.size())));
  for (const auto& problem : configs.secret_problems) {
    const auto text = config::to_string(problem);
    tell(daemon_runs ? warning("credentials", text + " (not here; the running daemon has what it started with)")
                     : failed(ExitCode::config, "credentials", text));
  }
}

/// A count that should be nothing.
void examine_count(const char* what, std::int64_t count, const char* mend, const Tell& tell) {
  if (count == 0) return tell(good(what, "none"));
  tell(warning(what, fmt::format("{}; {}", count, mend)));
}

void examine_store(const config::Config& config, const boost::json::object& status, const Tell& tell) {
  tell(good("store", "opens, its counters agree with its tables, at " + text_in(status, "cursor")));
  const auto& outbox = status.at("outbox").as_object();
  examine_count("outbox uncertain", number_in(outbox, "uncertain"),
                "ask the customers, then `inboxd outbox retry`, or settle them in the console", tell);
  examine_count("outbox held", number_in(outbox, "held"),
                "since a backup was restored: look with `inboxd outbox list`, then `inboxd outbox release`", tell);
  examine_count("quarantine", number_in(status, "quarantine"),
                "what providers sent that is not understood: GET /v1/inboxes/{name}/quarantine", tell);
  std::error_code missing;
  const auto bytes = std::filesystem::file_size(config.storage.directory / "inboxd.db-wal", missing);
  const auto wal = missing ? 0 : static_cast<std::int64_t>(bytes);
  const auto text = fmt::format("{} MiB", wal >> 20U);
  tell(wal > wal_bytes_wanted ? warning("write-ahead log", text + "; a reader keeps it from starting over: restart")
                              : good("write-ahead log", text));
}

/// What the daemon last heard of these inboxes' providers.
void examine_health(const boost::json::object& status, const std::vector<std::string>& inboxes, const Tell& tell) {
  for (const auto& value : status.at("inboxes").as_array()) {
    const auto& inbox = value.as_object();
    if (std::find(inboxes.begin(), inboxes.end(), text_in(inbox, "name")) == inboxes.end()) continue;
    const auto* found = inbox.if_contains("health");
    if (found == nullptr || !found->is_object()) continue;
    const auto& health = found->get_object();
    const auto what = "inbox " + text_in(inbox, "name");
    const auto state = text_in(health, "state");
    const auto detail = text_in(health, "code") + ": " + text_in(health, "detail");
    if (state == "healthy")
      tell(good(what, "healthy, says the daemon"));
    else if (state == "unhealthy")
      tell(failed(ExitCode::unavailable, what, detail));
    else
      tell(warning(what, state == "disabled" ? "switched off, or no longer in the config" : detail));
  }
}

/// By their logins, from here where it can be done; else by the daemon, which has every secret and keeps the grants
/// that change with their use.
void examine_inboxes(const Configs& configs, const boost::json::object* daemon, connectors::SelfMessages messages,
                     const Tell& tell) {
  std::vector<std::string> left;
  if (configs.with_secrets)
    left = examine_accounts(*configs.with_secrets, messages, tell);
  else
    for (const auto& inbox : configs.plain->inboxes)
      if (inbox.enabled) left.push_back(inbox.name);
  if (left.empty()) return;
  if (daemon != nullptr) {
    examine_health(*daemon, left, tell);
    const transfers::AdminClient client(configs.plain->server.admin_socket.string());
    return examine_by_daemon(client, left, messages, tell);
  }
  const std::string why = configs.with_secrets ? "its grant may change with each use, which the daemon keeps; start it"
                                               : "its secrets cannot be read here; start the daemon, which reads them";
  for (const auto& inbox : left) tell(warning("inbox " + inbox + ", login", "not tried: " + why));
}

}  // namespace

ExitCode doctor(const std::filesystem::path& config_file, const DoctorOptions& options) {
  Report report(options.output);
  const Tell tell = [&report](const Finding& finding) { report.add(finding); };
  const auto configs = examine_config(config_file, tell);
  if (!configs.plain) return report.finish();

  examine_directory(*configs.plain, tell);
  std::ostringstream refusals;
  std::optional<boost::json::object> status;
  bool daemon_runs = false;
  // Looking must not make a store where there is none.
  if (std::filesystem::exists(configs.plain->storage.directory / "inboxd.db")) {
    const auto answer = ask(config_file, {"GET", "/admin/status", {}}, refusals);
    daemon_runs = answer.exit == ExitCode::ok && answer.from_daemon;
    if (answer.exit == ExitCode::ok) status = boost::json::parse(answer.body).as_object();
    if (!status) tell(failed(answer.exit, "store", refusals.str().substr(0, refusals.str().find('\n'))));
  } else {
    tell(warning("store", "none yet; the first start makes it"));
  }
  tell(daemon_runs ? good("daemon", "runs, " + text_in(*status, "version")) : warning("daemon", "does not run"));
  examine_credentials(configs, daemon_runs, tell);
  const auto* with_secrets = configs.with_secrets ? &*configs.with_secrets : nullptr;
  examine_master_key(*configs.plain, with_secrets, tell);
  if (status) examine_store(*configs.plain, *status, tell);
  examine_hosts(*configs.plain, tell);
  examine_inboxes(configs, daemon_runs ? &*status : nullptr,
                  options.send ? connectors::SelfMessages::send : connectors::SelfMessages::none, tell);
  examine_public_url(*configs.plain, status ? text_in(*status, "instance") : std::string(), tell);
  return report.finish();
}

}  // namespace inboxd::app
