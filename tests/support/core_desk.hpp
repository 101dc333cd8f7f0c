// A desk for tests of daemon/core: people with rights, provider requests as values, commands as the daemon runs them
// (a key, a savepoint, the agent as actor), and what the log says afterwards.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "daemon/core/agents/users.hpp"
#include "daemon/core/commands/once.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/messages/claim.hpp"
#include "daemon/core/messages/receive.hpp"
#include "daemon/core/messages/settle.hpp"
#include "tests/support/desk.hpp"

namespace inboxd {

class CoreDesk : public Desk {
 public:
  AddedInbox shop = add_inbox("shop", "account-1");

  Agent add_agent(const std::string& email, Role role, const std::vector<std::string>& inboxes = {}) {
    return write([&](core::Context& context) {
      const auto added = core::add_user(context, {email, "", role, inboxes}).value();
      return *context.tables.agents().find(AgentId{added.id});
    });
  }
  Agent ann = add_agent("ann@example.com", Role::agent, {"shop"});
  Agent bob = add_agent("bob@example.com", Role::agent, {"shop"});
  Agent lea = add_agent("lea@example.com", Role::lead, {"shop"});
  Agent eve = add_agent("eve@example.com", Role::lead);  // sees nothing
  Agent root = add_agent("root@example.com", Role::admin);

  Result<core::Received> request(InboxId inbox, Inbound inbound, std::optional<std::string> state = {}) {
    return refusable<core::Received>({ActorKind::system, 0}, "inbound", [&](core::Context& context) {
      return core::receive(context, *channels()(),
                           {inbox, std::move(inbound), "raw bytes", "application/json", std::move(state)});
    });
  }
  core::Received receive(std::vector<InboundEvent> events) {
    return request(shop.id, {std::move(events), {}, {}}).value();
  }
  static InboundIdentity person(const std::string& handle) {
    InboundIdentity identity;
    identity.handle = handle;
    identity.name = "Name of " + handle;
    return identity;
  }
  MessageReceived incoming(const std::string& id, const std::string& from = "anna") const {
    MessageReceived event;
    event.origin.dedupe_key = "m:" + id;
    event.external_id = id;
    event.thread = person(from);
    event.text = "text of " + id;
    event.created_at = clock.now();
    return event;
  }
  MessageEdited edited(const std::string& id, const std::string& text, Milliseconds later = Milliseconds{0}) const {
    MessageEdited event;
    event.origin.dedupe_key = "e:" + id + text;
    event.external_id = id;
    event.text = text;
    event.edited_at = clock.now() + later;
    return event;
  }
  ReactionChanged reacted(const std::string& id, std::vector<std::string> emojis, const std::string& from = "anna") {
    ReactionChanged event;
    event.origin.dedupe_key = "r:" + std::to_string(++keys_);
    event.external_id = id;
    event.author = person(from);
    event.emojis = std::move(emojis);
    event.at = clock.now();
    return event;
  }
  DeliveryReported receipt(const std::string& id, DeliveryState state, const std::string& correlation = {}) {
    DeliveryReported event;
    event.origin.dedupe_key = "s:" + std::to_string(++keys_);
    event.external_id = id;
    event.correlation = correlation;
    event.state = state;
    event.at = clock.now();
    return event;
  }

  /// A command of an agent's with a key of its own, as the daemon runs it: a refusal leaves nothing behind.
  Result<core::Outcome> act(const Agent& agent, const core::AgentCommand& command, core::IdempotencyKey key = {}) {
    return refusable<core::Outcome>({ActorKind::agent, agent.id.value}, "test.command", [&](core::Context& context) {
      return core::run_once(context, agent.id, key, command);
    });
  }
  Result<core::Outcome> send(const Agent& agent, const core::SendMessage& command, core::IdempotencyKey key = {}) {
    return act(
        agent,
        [&](core::Context& context, const Agent& principal) {
          return core::send_message(context, principal, command, surroundings());
        },
        std::move(key));
  }
  Result<core::Outcome> change(const Agent& agent, const core::ChangeConversation& command) {
    return act(agent, [&](core::Context& context, const Agent& principal) {
      return core::change_conversation(context, principal, command,
                                       [](const std::string&) { return std::chrono::days{7}; });
    });
  }
  static core::SendMessage text(ConversationId conversation, const std::string& words) {
    core::SendMessage command;
    command.conversation = conversation;
    command.text = words;
    return command;
  }
  core::ReplySurroundings surroundings() { return {*channels()(), "epoch1"}; }

  /// The outbox row of a reply, claimed as delivery does it; nothing when it may not go out.
  std::optional<core::Claimed> claim(MessageId message) {
    const auto row = outbox_row(message);
    return write([&](core::Context& context) -> std::optional<core::Claimed> {
      auto claimed = core::claim(context, *channels()(), {{row.id}, "me", context.now + std::chrono::minutes{1}});
      if (claimed.empty()) return std::nullopt;
      return std::move(claimed.front());
    });
  }
  void settle(MessageId message, const SendOutcome& outcome) {
    const auto row = outbox_row(message);
    settle_attempt(row, row.attempt, outcome);
  }
  void settle_attempt(const storage::OutboxRow& row, int attempt, const SendOutcome& outcome) {
    write([&](core::Context& context) {
      core::settle(context, {row.id, attempt, outcome, {}});
      return true;
    });
  }
  storage::OutboxRow outbox_row(MessageId message) {
    return read([&](const storage::Tables& tables) { return *tables.outbox().send_of(message); });
  }
  std::vector<storage::OutboxRow> due() {
    return read([&](const storage::Tables& tables) { return tables.outbox().due(clock.now(), {}, 100); });
  }

  std::int64_t head() {
    return read([](const storage::Tables& tables) { return tables.events().head(); });
  }
  std::vector<Event> events_after(std::int64_t sequence) {
    return read([&](const storage::Tables& tables) { return tables.events().after(sequence, 1'000); });
  }
  /// "message.created conversation.updated"
  std::string log_after(std::int64_t sequence) {
    std::string names;
    for (const auto& event : events_after(sequence))
      names += (names.empty() ? "" : " ") + std::string(enum_name(event.type));
    return names;
  }
  std::vector<Message> messages(ConversationId id) {
    return read([&](const storage::Tables& tables) { return tables.messages().of_conversation(id, {}); });
  }
  Conversation conversation_row(ConversationId id) {
    return read([&](const storage::Tables& tables) { return *tables.conversations().find(id); });
  }
  std::optional<Identity> identity(const std::string& handle) {
    return read([&](const storage::Tables& tables) { return tables.contacts().find_identity(shop.id, handle); });
  }
  /// The newest conversation with a person.
  Conversation with(const std::string& handle) {
    return read([&](const storage::Tables& tables) {
      return *tables.conversations().newest_of(tables.contacts().find_identity(shop.id, handle)->id);
    });
  }
  std::optional<Message> by_external(const std::string& external_id) {
    return read([&](const storage::Tables& tables) -> std::optional<Message> {
      const auto id = tables.messages().find_by_external(shop.id, external_id);
      return id ? tables.messages().find(*id) : std::nullopt;
    });
  }
  Contact contact(ContactId id) {
    return read([&](const storage::Tables& tables) { return *tables.contacts().find(id); });
  }

 private:
  template <class T, class Run>
  Result<T> refusable(Actor actor, std::string_view cause, Run run) {
    std::optional<Result<T>> answer;
    bus.submit<T>(
        [&](command_bus::Workspace& workspace) -> Result<T> {
          core::Context context{workspace.tables, workspace.now, actor, cause};
          return run(context);
        },
        [&](Result<T> result) { answer.emplace(std::move(result)); });
    return std::move(*answer);
  }

  int keys_ = 0;
};

}  // namespace inboxd
