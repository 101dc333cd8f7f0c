// `inboxd demo`: the daemon as `inboxd serve` runs it, on a temporary store and a config written for it, with
// simulated customers who speak through the loopback channel over HTTP. Makes no request to any other machine.
#include <csignal>
#include <fstream>
#include <iostream>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/commands.hpp"
#include "daemon/app/demo_customers.hpp"
#include "daemon/app/demo_folder.hpp"
#include "daemon/app/demo_page.hpp"
#include "daemon/app/demo_provider.hpp"
#include "daemon/app/demo_words.hpp"
#include "daemon/app/operator_request.hpp"
#include "daemon/app/parts.hpp"
#include "daemon/app/startup.hpp"
#include "daemon/config/addresses.hpp"
#include "daemon/http/auth/token.hpp"
#include "daemon/service/listening_socket.hpp"

namespace inboxd::app {
namespace {

constexpr auto admin_email = "admin@demo.example";

/// How the demo reaches itself: an address for all interfaces is no address to connect to.
std::string origin_of(config::Address address) {
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  return "http://" + config::to_string(address);
}

/// In a file, so that `inboxd tail`, `status` and `outbox` can be pointed at the demo.
void write_config(const std::filesystem::path& file, const config::Address& listen, const DemoAddress& address) {
  std::ofstream out(file);
  out << "[server]\nlisten = \"" << config::to_string(listen) << "\"\nmetrics = \"\"\nlog_level = \"warning\"\n\n"
      << "[storage]\ndirectory = \"store\"\n";
  for (const auto& inbox : demo_inboxes())
    out << "\n[[inbox]]\nname = \"" << inbox << "\"\nconnector = \"loopback\"\nsecret = \"" << address.secret
        << "\"\napi_base = \"" << address.origin << "/demo/" << inbox << "\"\n";
  out << demo_page_inbox(address.origin);
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

/// Makes the agent whom the newcomer is, before the daemon runs. Empty: refused, and stderr says why.
std::string make_admin(const std::filesystem::path& config_file) {
  const boost::json::object user{{"email", admin_email}, {"name", "Demo Admin"}, {"role", "admin"}};
  if (ask(config_file, {"POST", "/admin/users", boost::json::serialize(user)}).exit != ExitCode::ok) return {};
  const boost::json::object body{{"email", admin_email}};
  const auto answer = ask(config_file, {"POST", "/admin/tokens", boost::json::serialize(body)});
  if (answer.exit != ExitCode::ok) return {};
  return std::string(boost::json::parse(answer.body).at("token").as_string());
}

/// The demo's part beside the daemon's: the customers and what is printed. Everything on the net thread.
class Stage {
 public:
  Stage(Application& application, DemoFacts facts, const DemoAddress& address)
      : application_(application), parts_(application.parts()), facts_(std::move(facts)), address_(address) {
    const auto play = demo_screenplay();
    facts_.first_customer = play.customers[play.moments.front().customer].name;
    facts_.first_answer = play.first_answer;
    add_demo_routes(parts_.router, customers_, address_);
    add_demo_page(parts_.router);
  }

  /// The first message, then the words that speak of its conversation, then the rest.
  void begin() {
    customers_.open([this] {
      parts_.readers.read<ConversationId>(
          [](const command_bus::ReadSources& sources) -> Result<ConversationId> {
            Agent anybody;
            anybody.all_inboxes = true;
            const auto page = sources.tables.conversations().list(anybody, {}, std::nullopt, 1);
            if (page.empty()) return not_found("the first conversation is not there");
            return page.front().id;
          },
          [this](Result<ConversationId> conversation) {
            if (!conversation) return stop(conversation.error().detail);
            facts_.first_conversation = *conversation;
            print(demo_welcome(facts_));
            customers_.go_on();
          });
    });
  }

 private:
  void print(const std::string& line) {
    if (parts_.stopping) return;
    std::cout << line << std::endl;
    // Nobody can watch any more: a closed pipe, or a terminal that is gone.
    if (!std::cout) application_.stop();
  }
  void stop(const std::string& why) {
    std::cerr << "inboxd: " << why << '\n';
    application_.stop();
  }

  Application& application_;
  Application::Parts& parts_;
  DemoFacts facts_;
  const DemoAddress& address_;
  Later later_{parts_.clock};
  DemoWebhooks webhooks_{parts_.transfers, later_, address_};
  DemoCustomers customers_{
      demo_screenplay(), {parts_.clock, later_, webhooks_, address_, [this](const std::string& line) { print(line); }}};
};

ExitCode run_in(const TemporaryFolder& folder, HeldSignals& signals, const service::ListeningSocket& socket,
                config::Address listen) {
  SystemRandom random;
  listen.port = socket.port;
  const DemoAddress address{origin_of(listen), http::make_token(random)};
  const auto config_file = folder.path() / "inboxd.toml";
  write_config(config_file, listen, address);
  const auto token = make_admin(config_file);
  auto config = load_config(config_file, config::SecretsMode::resolve);
  if (token.empty() || !config) return ExitCode::unavailable;
  auto store = open_store_of(*config, random, StoreSecrets::readable);
  if (!store.opened) return store.exit;

  observe::Redactor redactor;
  redactor.add(address.secret);
  redactor.add(store.opened->keys.text);
  observe::Log log(log_level(*config), log_format(), redactor);
  std::function<void()> hang_up;
  // SIGHUP: the terminal is gone, and nobody would ever end the demo.
  const auto reload = [&hang_up]() -> Result<config::Config> {
    hang_up();
    return bad_request("the demo ends with its terminal");
  };
  Application application(
      {std::move(*config), std::move(*store.opened), log, redactor, reload, {{socket.descriptor}, {}}});
  hang_up = [&application] { application.stop(); };
  const auto program = std::filesystem::read_symlink("/proc/self/exe").string();
  Stage stage(application, {address.origin, token, admin_email, config_file, program, folder.path()}, address);
  if (auto started = application.start(); !started) {
    std::cerr << "inboxd: " << started.error().detail << '\n';
    return ExitCode::unavailable;
  }
  stage.begin();
  signals.release();
  const auto exit = static_cast<ExitCode>(application.run());
  signals.hold();
  return exit;
}

}  // namespace

ExitCode demo(const DemoOptions& options) {
  // A peer that is gone shows as an error of the write, not as the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  const auto listen = config::parse_address(options.listen);
  if (!listen) {
    std::cerr << "inboxd: --listen " << options.listen << " is no address with a port, such as 127.0.0.1:8800\n";
    return ExitCode::usage;
  }
  // First of all, because the inboxes' settings name the port. Open until the process ends if the demo cannot start.
  const auto socket = service::open_listening_socket(config::to_string(*listen));
  if (!socket) {
    std::cerr << "inboxd: " << socket.error().detail
              << " Choose another with --listen; with port 0 the system finds a free one: inboxd demo --listen "
                 "127.0.0.1:0\n";
    return ExitCode::unavailable;
  }
  HeldSignals signals;
  const TemporaryFolder folder;
  return run_in(folder, signals, *socket, *listen);
}

}  // namespace inboxd::app
