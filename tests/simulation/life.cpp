#include "tests/simulation/life.hpp"

#include "daemon/command_bus/inline_bus.hpp"
#include "daemon/core/inboxes/health.hpp"

namespace inboxd::simulation {
namespace {

std::int64_t head_of(storage::Reader& reader) {
  std::int64_t head = 0;
  reader.read([&](const storage::Tables& tables) { head = tables.events().head(); });
  return head;
}

}  // namespace

storage::OpenedStore Life::open() {
  storage::OpenError error;
  auto opened =
      storage::open_store({world_.folder, [this] { return world_.random.next(); }, world_.clock.now()}, error);
  if (!opened) throw Broken("the store does not open: " + error.detail);
  return std::move(*opened);
}

/// As daemon/app/inboxes.cpp does, with the connectors of the dialects.
std::shared_ptr<const ConfiguredChannels> Life::register_inboxes() {
  command_bus::InlineBus bus_at_start(*writer_, world_.clock);
  std::vector<ConfiguredChannel> list;
  bus_at_start.submit<bool>(
      [&](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "inbox.register"};
        std::vector<core::ConfiguredInbox> configured;
        std::vector<std::shared_ptr<const connectors::Connector>> made;
        for (const auto& provider : world_.providers) {
          made.push_back(provider->dialect().connector());
          configured.push_back({provider->name(), provider->dialect().connector_name(), made.back()->account(), true});
        }
        const auto inboxes = core::register_inboxes(context, configured);
        if (!inboxes) return inboxes.error();
        list.clear();
        for (std::size_t i = 0; i < made.size(); ++i) {
          list.push_back(configured_channel((*inboxes)[i], made[i]));
          world_.providers[i]->serve((*inboxes)[i].id);
        }
        return true;
      },
      [](const Result<bool>& registered) {
        if (!registered) throw Broken("the inboxes are refused: " + registered.error().detail);
      });
  return std::make_shared<const ConfiguredChannels>(std::move(list));
}

command_bus::RunInBackground Life::background() {
  return [this](std::function<void()> work, std::function<void()> then) {
    loop.post([this, work = std::move(work), then = std::move(then)] {
      work();
      loop.post(then);
    });
  };
}

Life::Life(World& world, int number)
    : world_(world),
      opened_(open()),
      writer_(opened_.store->open_writer()),
      reader_(opened_.store->open_reader()),
      own_reader_(opened_.store->open_reader()),
      search_(opened_.open_search_reader()),
      channels_(register_inboxes()),
      watchers_(world.journal),
      bus({loop, *writer_, world.clock,
           [this] { look([this](const storage::Tables& tables) { world_.mirror.follow(tables); }); },
           [this](std::int64_t head, bool waiting_work_changed) {
             hub.committed(head);
             if (!waiting_work_changed) return;
             delivery.wake();
             timers.wake();
           }}),
      readers(loop, *reader_, *search_),
      network({loop, world.clock, world.chance, world.truth, world.journal, world.providers, *opened_.blobs,
               [this](const std::function<void(const storage::Tables&)>& fn) { look(fn); }}),
      hub(
          readers, [this] { return channels_; }, opened_.store->epoch(), head_of(*own_reader_)),
      room(world.random),
      delivery(
          {current(), bus, readers, network, world.clock, world.random, watchers_, "life" + std::to_string(number)}),
      signals({current(), readers, network, world.clock, watchers_}),
      media({current(), bus, readers, network, world.clock, world.random, watchers_}),
      follow_up({readers, network, world.clock, watchers_, [this] { media.wake(); }, {}}),
      webhooks({current(), bus, world.clock, background(), follow_up, watchers_}),
      pollers({current(), bus, readers, network, world.clock, world.random, follow_up, watchers_}),
      timers({bus, readers, world.clock, watchers_}),
      housekeeping({bus, *opened_.blobs, world.clock, background(), watchers_, [] { return timers::Retention{}; }}),
      media_links(world.random),
      api{bus,
          readers,
          world.clock,
          hub,
          *opened_.blobs,
          media_links,
          [this] { return channels_; },
          1U << 20U,
          "https://media.test",
          [](const std::string&) { return closes_after; },
          [this](ConversationId conversation) { signals.mark_read(conversation); }},
      stream{
          api, world.clock, room, {}, "https://desk.test", [this](ConversationId conversation, const Agent&, bool on) {
            if (on) signals.show_typing(conversation);
          }} {
  look([this](const storage::Tables& tables) {
    world_.mirror.name_inboxes(tables);
    world_.mirror.follow(tables);
  });
  delivery.start();
  media.start();
  pollers.reload();
  timers.wake();
  housekeeping.start();
}

}  // namespace inboxd::simulation
