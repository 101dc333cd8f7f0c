// `inboxd import imap`: the running daemon reads the folders, by the inbox's own login; this command asks how far it
// is, and as long as it does the daemon goes on.
#include <iostream>
#include <thread>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/commands.hpp"
#include "daemon/app/import_progress.hpp"
#include "daemon/app/startup.hpp"

namespace inboxd::app {
namespace {

constexpr std::chrono::milliseconds look_interval{250};

ExitCode exit_of_failure(std::string_view code) {
  if (code == "bad_request" || code == "not_found") return ExitCode::usage;
  if (code == "unauthenticated") return ExitCode::not_permitted;
  if (code == "channel_unavailable") return ExitCode::unavailable;
  if (code == "internal") return ExitCode::io_error;
  return ExitCode::try_again;
}

}  // namespace

ExitCode import_imap(const std::filesystem::path& config_file, const ImportImap& options) {
  const auto config = load_config(config_file, config::SecretsMode::skip);
  if (!config) return ExitCode::config;
  boost::json::object order{{"inbox", options.inbox},
                            {"folders", boost::json::array(options.folders.begin(), options.folders.end())},
                            {"status", options.status}};
  if (!options.since.empty()) {
    if (!parse_rfc3339(options.since + "T00:00:00Z"))
      return std::cerr << "inboxd: --since takes a day like 2025-01-31\n", ExitCode::usage;
    order["since"] = options.since + "T00:00:00Z";
  }
  const transfers::AdminClient client(config->server.admin_socket.string());
  auto state = import_answer(client.request("POST", "/admin/imports/folders", boost::json::serialize(order)));
  ImportProgress progress;
  std::string note;
  while (state.exit == ExitCode::ok && state.fields.at("state").as_string() == "reading") {
    progress.show(state.fields.at("stored").to_number<std::uint64_t>(), 0,
                  state.fields.at("expected").to_number<std::uint64_t>());
    if (const std::string now(state.fields.at("note").as_string()); now != note) {
      note = now;
      if (!note.empty()) std::cerr << "inboxd: " << note << '\n';
    }
    std::this_thread::sleep_for(look_interval);
    const auto answer = client.request("GET", "/admin/imports/folders");
    // A daemon that has been started again knows nothing of what was begun.
    if (answer.reach == transfers::AdminReach::answered && answer.status == 404)
      return std::cerr << "inboxd: the daemon was started again; start the import again, it goes on where it was\n",
             ExitCode::try_again;
    state = import_answer(answer);
  }
  if (state.exit != ExitCode::ok) return state.exit;
  if (state.fields.at("state").as_string() == "done") return print_tally(state.fields), ExitCode::ok;
  std::cerr << "inboxd: " << std::string_view(state.fields.at("why").as_string()) << '\n';
  return exit_of_failure(std::string_view(state.fields.at("code").as_string()));
}

}  // namespace inboxd::app
