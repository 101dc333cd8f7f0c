#include "tests/simulation/simulation.hpp"

#include <unistd.h>

namespace inboxd::simulation {
namespace {

using std::chrono::hours;

/// Memory where there is some: the rules of the store are the same, only its syncs cost nothing.
std::filesystem::path temporary_folder() {
  std::error_code missing;
  const std::filesystem::path memory = "/dev/shm";
  const bool there = std::filesystem::is_directory(memory, missing) && ::access(memory.c_str(), W_OK) == 0;
  std::string pattern =
      ((there ? memory : std::filesystem::temp_directory_path()) / "inboxd-simulation-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  return pattern;
}

std::vector<std::unique_ptr<Provider>> make_providers(Chance& chance, Truth& truth, Journal& journal,
                                                      const std::function<Timestamp()>& now) {
  std::vector<std::unique_ptr<Provider>> providers;
  const auto add = [&](const char* name, std::unique_ptr<Dialect> dialect) {
    providers.push_back(
        std::make_unique<Provider>(name, std::move(dialect), Provider::Surroundings{chance, truth, journal, now}));
  };
  add("loop", loopback_dialect());
  add("bot", telegram_dialect(false));
  add("polled", telegram_dialect(true));
  add("number", whatsapp_dialect());
  return providers;
}

}  // namespace

Simulation::Simulation(const Plan& plan)
    : plan_(plan),
      journal_(plan.show),
      chance_(plan.seed),
      random_(plan.seed + 1),
      began_(clock_.steady_now()),
      latest_(clock_.now()),
      mirror_(journal_, truth_),
      // Providers' clocks never jump.
      providers_(make_providers(chance_, truth_, journal_,
                                [this, start = clock_.now()] { return start + (clock_.steady_now() - began_); })),
      world_{temporary_folder(), clock_, random_, chance_, truth_, mirror_, journal_, providers_},
      life_(std::make_unique<Life>(world_, ++lives_)),
      people_(world_, clients_) {
  life_->bus.submit<bool>(
      [](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "user.add"};
        PeopleAtWork::hire(context);
        return true;
      },
      [](const Result<bool>& hired) {
        if (!hired) throw Broken(hired.error().detail);
      });
  while (life_->bus.waiting() > 0) life_->bus.commit(1);
  for (const auto* name : {"ann", "bob", "lea", "root", "ann"})
    clients_.push_back(std::make_unique<Client>(name, world_));
}

Simulation::~Simulation() {
  clients_.clear();
  life_.reset();
  std::error_code ignored_at_the_end;
  std::filesystem::remove_all(world_.folder, ignored_at_the_end);
}

Tally Simulation::tally() const {
  Tally tally;
  tally.acknowledged = static_cast<std::int64_t>(truth_.acknowledged_count());
  tally.replies = static_cast<std::int64_t>(truth_.reply_messages().size());
  tally.copies = static_cast<std::int64_t>(truth_.copies());
  tally.events = mirror_.head();
  tally.crashes = lives_ - 1;
  tally.clock_jumps = jumps_;
  tally.digest = journal_.digest();
  return tally;
}

void Simulation::run() {
  for (std::int64_t number = 1; number <= plan_.steps; ++number) {
    journal_.begin(number);
    step();
    if (number % calm_every == 0 || number == plan_.steps) calm_down();
  }
}

void Simulation::step() {
  const auto what = chance_.below(1000);
  if (what < 620) return machine_step();
  if (what < 740) return outside_step();
  if (what < 940) return client_step();
  if (what < 990) return let_time_pass();
  if (what < 992) return crash();
  if (what < 993) return jump_clock();
  if (what < 994) {
    journal_.note("the disk is full for a while");
    disk_full_for_ = 20;
    return;
  }
  people_.operator_acts(*life_);
}

/// The process works: its loop, its writer, its readers, its requests.
void Simulation::machine_step() {
  auto& life = *life_;
  // What has nothing to do leaves its turn to the next.
  for (auto part = chance_.below(4), tried = std::size_t{0}; tried < 4; ++tried, part = (part + 1) % 4) {
    if (part == 0 && life.loop.waiting() > 0) return life.loop.run_one();
    if (part == 1 && life.bus.waiting() > 0) {
      if (disk_full_for_ > 0) {
        --disk_full_for_;
        return life.bus.refuse(1 + chance_.below(8));
      }
      return life.bus.commit(1 + chance_.below(8));
    }
    if (part == 2 && life.readers.waiting() > 0) {
      const auto index = chance_.below(std::min<std::size_t>(2, life.readers.waiting()));
      if (chance_.percent(1)) return life.readers.fail(index);
      return life.readers.read(index);
    }
    if (part == 3 && life.network.waiting() > 0) return life.network.step(Provider::Mood::any);
  }
}

void Simulation::outside_step() {
  auto& provider = *chance_.pick(providers_);
  if (chance_.percent(35)) return provider.live_on();
  deliver(provider, Provider::Due::now);
}

void Simulation::deliver(Provider& provider, Provider::Due due) {
  auto delivery = provider.next_webhook(due);
  if (!delivery) return;
  life_->webhooks.handle(
      provider.name(), std::move(delivery->request),
      [this, &provider, number = delivery->number](const ingest::WebhookAnswer& answer) {
        life_->look([&](const storage::Tables& tables) { provider.answered(number, answer.status, tables); });
      });
}

void Simulation::client_step() {
  auto& client = *chance_.pick(clients_);
  if (!client.connected()) {
    journal_.note(client.agent() + " connects");
    return client.connect(*life_);
  }
  const auto what = chance_.below(100);
  if (what < 45) return client.read(1 + chance_.below(20));
  if (what < 88) return people_.agent_acts(client);
  if (what < 93) return client.repeat_unanswered();
  if (what < 97) return client.set_pace(chance_.percent(50) ? Client::Pace::stalled : Client::Pace::normal);
  if (what < 99) {
    journal_.note(client.agent() + " loses the connection");
    return client.drop();
  }
  client.give_up();
}

void Simulation::let_time_pass() {
  const auto what = chance_.below(100);
  if (what < 60) {
    clock_.fire_next();
  } else if (what < 95) {
    clock_.advance(Milliseconds{chance_.between(1, 2'000)});
  } else if (what < 99) {
    clock_.advance(Milliseconds{chance_.between(1'000, 90'000)});
  } else {
    clock_.advance(Milliseconds{chance_.between(60'000, 7'200'000)});
  }
  latest_ = std::max(latest_, clock_.now());
  journal_.note("it is " + to_rfc3339(clock_.now()));
}

void Simulation::jump_clock() {
  static constexpr hours jumps[] = {hours{1}, hours{-1}, hours{24}, hours{24 * 365}, hours{-24 * 365}};
  const auto by = jumps[chance_.below(std::size(jumps))];
  clock_.jump_wall_clock(by);
  latest_ = std::max(latest_, clock_.now());
  ++jumps_;
  journal_.note("the clock jumps by " + std::to_string(by.count()) + " hours");
  // Answers are kept for two days by the wall clock: nobody repeats a command beyond them.
  for (auto& client : clients_) {
    client->drop();
    client->give_up();
  }
}

void Simulation::crash() {
  journal_.note("the process dies");
  life_->network.crash();
  life_->look([this](const storage::Tables& tables) {
    for (const auto& row : tables.outbox().list({DeliveryState::sending}, std::nullopt, 1000))
      if (auto* reply = truth_.reply_of(row.message); reply != nullptr && row.action == OutboxAction::send)
        reply->in_doubt = true;
  });
  for (auto& client : clients_) client->drop();
  for (auto& provider : providers_) provider->lost_contact();
  life_.reset();
  life_ = std::make_unique<Life>(world_, ++lives_);
}

/// One thing that is left to do; false: nothing is.
bool Simulation::calm_step() {
  auto& life = *life_;
  if (life.loop.waiting() > 0) return life.loop.run_one(), true;
  if (life.bus.waiting() > 0) return life.bus.commit(8), true;
  if (life.readers.waiting() > 0) return life.readers.read(0), true;
  for (auto& client : clients_) {
    if (!client->connected()) return client->connect(life), true;
    if (!client->idle()) return client->read(100), true;
  }
  if (life.network.at_work() > 0) return life.network.step(Provider::Mood::fair), true;
  for (auto& provider : providers_) {
    if (!provider->has_news()) continue;
    if (provider->dialect().polled()) {
      if (life.network.waiting() > 0) return life.network.step(Provider::Mood::fair), true;
      return clock_.fire_next();
    }
    return deliver(*provider, Provider::Due::whenever), true;
  }
  bool open = false;
  bool paused = false;
  life.look([&](const storage::Tables& tables) {
    const auto counts = tables.outbox().counts();
    open = counts.queued > 0 || counts.sending > 0;
    for (const auto& inbox : tables.inboxes().list()) paused = paused || inbox.outbound_paused;
  });
  // A refusal of the token may have been on its way when the quiet began.
  if (paused) return people_.resume_inboxes(life), true;
  return open && clock_.fire_next();
}

void Simulation::calm_down() {
  journal_.note("all is quiet");
  disk_full_for_ = 0;
  if (clock_.now() < latest_) clock_.jump_wall_clock(latest_ - clock_.now());
  for (auto& client : clients_) {
    client->set_pace(Client::Pace::normal);
    client->give_up();
  }
  people_.resume_inboxes(*life_);
  constexpr int steps_max = 200'000;
  int steps = 0;
  while (calm_step())
    if (++steps > steps_max) throw Broken("it does not come to rest" + left_over());
  latest_ = std::max(latest_, clock_.now());
  for (const auto& client : clients_) {
    client->compare(*life_);
    client->give_up();  // the clock was set right and days may have passed
  }
  audit();
}

/// What keeps a quiet moment from coming, in words.
std::string Simulation::left_over() {
  std::string words;
  life_->look([&](const storage::Tables& tables) {
    for (const auto& row : tables.outbox().list({DeliveryState::queued, DeliveryState::sending}, std::nullopt, 5)) {
      words += "; row " + to_string(row.id) + " of " + to_string(row.message) + " in " + to_string(row.inbox) + ' ' +
               std::string(enum_name(row.action)) + " is " + std::string(enum_name(row.state));
      if (row.next_try_at) words += ", next try at " + to_rfc3339(*row.next_try_at);
      if (tables.inboxes().find(row.inbox)->outbound_paused) words += ", its inbox is paused";
    }
  });
  return words + "; it is " + to_rfc3339(clock_.now());
}

void Simulation::audit() {
  life_->look([this](const storage::Tables& tables) { truth_.audit(tables); });
}

}  // namespace inboxd::simulation
