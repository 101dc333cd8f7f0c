// Timers fire when they are due, and what has been kept long enough goes.
#include "daemon/core/agents/users.hpp"
#include "daemon/core/contacts/change.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/timers/due_timers.hpp"
#include "daemon/timers/housekeeping.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"

namespace inboxd::timers {
namespace {

class Counting final : public Observer {
 public:
  void failed(std::string_view /*what*/, std::string_view /*detail*/) override { ++failures; }
  int failures = 0;
};

/// What the largest command appended to the log; a full disk after `commands_max`.
class MeasuringBus final : public command_bus::Bus {
 public:
  explicit MeasuringBus(Desk& desk) : desk_(desk) {}
  using Bus::submit;
  void submit(std::unique_ptr<command_bus::Job> job) override {
    const auto before = head();
    if (commands_max-- <= 0) desk_.bus.disk_full = true;
    desk_.bus.submit(std::move(job));
    events_of_one_command = std::max(events_of_one_command, head() - before);
  }
  int commands_max = 1'000;
  std::int64_t events_of_one_command = 0;

 private:
  std::int64_t head() {
    return desk_.read([](const storage::Tables& tables) { return tables.events().head(); });
  }
  Desk& desk_;
};

Result<core::Outcome> change(Desk& desk, const core::ChangeConversation& command) {
  return desk.write([&](core::Context& context) {
    Agent agent;
    agent.role = Role::admin;
    agent.all_inboxes = true;
    return core::change_conversation(context, agent, command, [](const std::string&) { return std::chrono::days{7}; });
  });
}

ConversationStatus status(Desk& desk, ConversationId id) {
  return desk.read([&](const storage::Tables& tables) { return tables.conversations().find(id)->status; });
}

void snooze(Desk& desk, ConversationId id, Milliseconds span) {
  core::ChangeConversation command;
  command.conversation = id;
  command.status = ConversationStatus::snoozed;
  command.snoozed_until = std::optional(desk.clock.now() + span);
  REQUIRE(change(desk, command));
}

TEST_CASE("a snooze ends on time, many at once in several commands, and survives a full disk") {
  Desk desk;
  Counting observer;
  const auto inbox = desk.add_inbox("shop");
  DueTimers timers({desk.bus, desk.readers, desk.clock, observer});
  std::vector<ConversationId> snoozed;
  for (int i = 0; i < 250; ++i) {
    snoozed.push_back(desk.conversation(inbox.id, "p" + std::to_string(i)));
    snooze(desk, snoozed.back(), Milliseconds{60'000});
  }
  timers.wake();
  desk.clock.advance(Milliseconds{59'000});
  CHECK(status(desk, snoozed.front()) == ConversationStatus::snoozed);
  desk.bus.disk_full = true;
  desk.clock.advance(Milliseconds{10'000});
  CHECK(observer.failures > 0);
  CHECK(status(desk, snoozed.front()) == ConversationStatus::snoozed);
  desk.bus.disk_full = false;
  desk.clock.advance(Milliseconds{10'000});
  for (const auto id : snoozed) CHECK(status(desk, id) == ConversationStatus::open);
}

TEST_CASE(
    "a merge of a long history moves it at once, and tells of it 200 conversations a command, past a restart too") {
  Desk desk;
  Counting observer;
  MeasuringBus bus(desk);
  const auto inbox = desk.add_inbox("shop");
  const auto anna = desk.conversation(inbox.id, "anna");
  std::vector<ConversationId> history{desk.conversation(inbox.id, "bruno")};
  const auto lead = desk.write([&](core::Context& context) {
    const auto row = *context.tables.conversations().find(history.front());
    while (history.size() < 1'000) history.push_back(context.tables.conversations().insert(row).id);
    const auto added = core::add_user(context, {"lea@example.com", "", Role::lead, {"shop"}}).value();
    return *context.tables.agents().find(AgentId{added.id});
  });
  const auto row = [&](ConversationId id) {
    return desk.read([&](const storage::Tables& tables) { return *tables.conversations().find(id); });
  };
  bus.submit<core::Outcome>(
      [&](command_bus::Workspace& workspace) {
        core::Context context{workspace.tables, workspace.now, {ActorKind::agent, lead.id.value}, "contact.merge"};
        const auto from = context.tables.conversations().find(history.front())->contact;
        return core::merge_contacts(context, lead, {context.tables.conversations().find(anna)->contact, from});
      },
      [](const Result<core::Outcome>& merged) { REQUIRE(merged); });
  CHECK(row(history.back()).contact == row(anna).contact);
  CHECK(row(history.back()).version == 1);
  {
    DueTimers before_the_restart({bus, desk.readers, desk.clock, observer});
    bus.commands_max = 2;
    before_the_restart.wake();
  }
  CHECK(row(history.back()).version == 1);
  desk.bus.disk_full = false;
  bus.commands_max = 1'000;
  DueTimers timers({bus, desk.readers, desk.clock, observer});
  timers.wake();
  desk.clock.advance(failed_timers_pause);
  for (const auto id : history) CHECK(row(id).version == 2);
  CHECK(row(anna).version == 1);
  // The merge's own: contact.updated, contact.merged.
  CHECK(bus.events_of_one_command <= 202);
}

TEST_CASE("a timer that a commit brings is waited for without a look at the clock in between") {
  Desk desk;
  Counting observer;
  const auto inbox = desk.add_inbox("shop");
  DueTimers timers({desk.bus, desk.readers, desk.clock, observer});
  timers.wake();
  const auto conversation = desk.conversation(inbox.id, "anna");
  snooze(desk, conversation, Milliseconds{5'000});
  timers.wake();
  CHECK(desk.clock.next_wait() == Milliseconds{5'000});
  desk.clock.advance(Milliseconds{5'000});
  CHECK(status(desk, conversation) == ConversationStatus::open);
}

TEST_CASE("housekeeping takes away old events, originals and uploads with their files, in small commands") {
  Desk desk;
  Counting observer;
  const auto inbox = desk.add_inbox("shop");
  auto writer = desk.blobs.create().value();
  REQUIRE(writer->write(std::string_view("bytes")));
  const auto blob = writer->finish().value();
  desk.write([&](core::Context& context) {
    for (int i = 0; i < 450; ++i) {
      Event event;
      event.object = i;
      event.at = context.now;
      context.tables.events().append(event);
    }
    context.tables.originals().insert({{}, inbox.id, "text/plain", "raw", context.now});
    context.tables.originals().mark_seen(inbox.id, "message", context.now, storage::KeyLife::lasting);
    context.tables.originals().mark_seen(inbox.id, "receipt", context.now, storage::KeyLife::passing);
    storage::AttachmentRow upload;
    upload.attachment.state = AttachmentState::ready;
    upload.blob_hash = blob.hash;
    upload.created_at = context.now;
    return context.tables.attachments().insert(upload);
  });
  Housekeeping housekeeping({desk.bus, desk.blobs, desk.clock, command_bus::run_in_place(), observer, [] {
                               return Retention{std::chrono::days{10}, std::chrono::days{3}};
                             }});
  housekeeping.start();
  const auto events = [&] {
    return desk.read([](const storage::Tables& tables) { return tables.events().after(0, 1'000).size(); });
  };
  desk.clock.advance(std::chrono::hours{1});
  CHECK(events() > 450);
  CHECK(desk.blobs.open(blob.hash) != nullptr);
  desk.clock.advance(std::chrono::hours{28});
  CHECK(desk.blobs.open(blob.hash) == nullptr);
  desk.clock.advance(std::chrono::days{3});
  CHECK_FALSE(desk.read([](const storage::Tables& tables) { return tables.originals().find(RawOriginalId{1}); }));
  CHECK(events() > 450);
  desk.clock.advance(std::chrono::days{10});
  CHECK(events() == 0);
  const auto seen = [&](const std::string& key) {
    return desk.read([&](const storage::Tables& tables) { return tables.originals().seen(inbox.id, key); });
  };
  CHECK(seen("receipt"));
  desk.clock.advance(std::chrono::days{80});
  CHECK_FALSE(seen("receipt"));
  CHECK(seen("message"));
  CHECK(observer.failures == 0);
}

TEST_CASE("housekeeping: a file uploaded again while it is about to go stays") {
  Desk desk;
  Counting observer;
  const auto put = [&] {
    auto writer = desk.blobs.create().value();
    REQUIRE(writer->write(std::string_view("bytes")));
    return writer->finish().value();
  };
  const auto insert = [&](const BlobRef& blob) {
    desk.write([&](core::Context& context) {
      storage::AttachmentRow upload;
      upload.attachment.state = AttachmentState::ready;
      upload.blob_hash = blob.hash;
      upload.created_at = context.now;
      return context.tables.attachments().insert(upload);
    });
  };
  const auto blob = put();
  insert(blob);
  bool reached = false;
  const auto upload_first = [&](const std::function<void()>& work, const std::function<void()>& done) {
    // The row is forgotten, the file is not gone yet.
    if (!std::exchange(reached, true)) insert(put());
    work();
    done();
  };
  Housekeeping housekeeping({desk.bus, desk.blobs, desk.clock, upload_first, observer, [] { return Retention{}; }});
  housekeeping.start();
  desk.clock.advance(std::chrono::hours{28});
  CHECK(reached);
  CHECK(desk.blobs.open(blob.hash) != nullptr);
  desk.clock.advance(std::chrono::hours{28});
  CHECK(desk.blobs.open(blob.hash) == nullptr);
}

}  // namespace
}  // namespace inboxd::timers
