#include "daemon/app/operator_request.hpp"

#include <array>

#include <pwd.h>
#include <sys/stat.h>

#include "daemon/app/admin_fields.hpp"
#include "daemon/app/inboxes.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/app/wall_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/command_bus/inline_bus.hpp"
#include "daemon/http/api/admin.hpp"
#include "daemon/transfers/admin_client.hpp"

namespace inboxd::app {
namespace {

ExitCode exit_of(int status) {
  if (status < 300) return ExitCode::ok;
  if (status == 503) return ExitCode::unavailable;
  if (status >= 500) return ExitCode::io_error;
  return ExitCode::usage;
}

OperatorAnswer finish(int status, const std::string& body, std::ostream& complaints) {
  const auto exit = exit_of(status);
  if (exit == ExitCode::ok) return {exit, body};
  complaints << "inboxd: " << fields_of(status, body).error().detail << '\n';
  return {exit, body};
}

/// The store of this process for one request, with the config's inboxes registered.
OperatorAnswer answer_here(const config::Config& config, const OperatorRequest& request, std::ostream& complaints) {
  SystemRandom random;
  auto store = open_store_of(config, random, StoreSecrets::sealed, complaints);
  if (!store.opened) return {store.exit, {}};
  const WallClock clock;
  const auto writer = store.opened->store->open_writer();
  const auto reader = store.opened->store->open_reader();
  const auto search = store.opened->open_search_reader();
  command_bus::InlineBus bus(*writer, clock);
  command_bus::InlineReaders readers(*reader, *search);

  // Inboxes are registered by name alone: their connectors need secrets that only the daemon may read.
  std::shared_ptr<const ConfiguredChannels> channels = std::make_shared<ConfiguredChannels>();
  std::vector<MadeConnector> named;
  for (const auto& inbox : config.inboxes) named.push_back({{inbox.name, inbox.connector, "", inbox.enabled}, nullptr});
  std::optional<Error> refusal;
  bus.submit<std::shared_ptr<const ConfiguredChannels>>(
      register_command(std::move(named)), [&](const Result<std::shared_ptr<const ConfiguredChannels>>& now) {
        if (!now) refusal = now.error();
      });
  if (refusal) return complaints << "inboxd: " << refusal->detail << '\n', OperatorAnswer{ExitCode::config, {}};

  http::Router router;
  const http::AdminSurroundings surroundings{bus,
                                             readers,
                                             random,
                                             [&] { return channels; },
                                             store.opened->store->epoch(),
                                             [](AgentId, bool) {},
                                             {},
                                             [] { return std::string(); }};
  http::add_admin_routes(router, surroundings);
  const auto question = request.path.find('?');
  http::Request here;
  here.listener = http::Listener::admin;
  here.method = request.method;
  here.path = request.path.substr(0, question);
  if (question != std::string::npos) here.query = request.path.substr(question + 1);
  here.body = request.body;
  const auto match = router.match(http::Listener::admin, here.method, here.path);
  if (match.route == nullptr) return {ExitCode::usage, {}};
  here.captures = match.captures;
  OperatorAnswer answer{ExitCode::io_error, {}};
  match.route->handler(std::move(here), [&](const http::Response& response) {
    answer = finish(response.status, response.body, complaints);
  });
  answer.from_daemon = false;
  return answer;
}

}  // namespace

std::string owner_line(const std::filesystem::path& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return {};
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  getpwuid_r(status.st_uid, &entry, buffer.data(), buffer.size(), &found);
  const std::string owner = found != nullptr ? found->pw_name : "'#" + std::to_string(status.st_uid) + '\'';
  return "; run the command as the owner of " + directory.string() + ": sudo -u " + owner + " inboxd …";
}

OperatorAnswer ask(const std::filesystem::path& config_file, const OperatorRequest& request, std::ostream& complaints) {
  // Secrets are the daemon's: an operator's command may run where they cannot be read.
  const auto config = load_config(config_file, config::SecretsMode::skip);
  if (!config) return {ExitCode::config, {}};
  const transfers::AdminClient client(config->server.admin_socket.string());
  const auto answer = client.request(request.method, request.path, request.body);
  switch (answer.reach) {
    case transfers::AdminReach::answered:
      return finish(answer.status, answer.body, complaints);
    case transfers::AdminReach::no_daemon:
      return answer_here(*config, request, complaints);
    case transfers::AdminReach::not_permitted:
      complaints << "inboxd: " << answer.detail << owner_line(config->storage.directory) << '\n';
      return {ExitCode::not_permitted, {}};
    case transfers::AdminReach::broken:
      complaints << "inboxd: " << answer.detail << '\n';
      return {ExitCode::unavailable, {}};
  }
  return {ExitCode::io_error, {}};
}

}  // namespace inboxd::app
