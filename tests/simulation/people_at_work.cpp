#include "tests/simulation/people_at_work.hpp"

#include "daemon/core/agents/users.hpp"
#include "daemon/core/inboxes/health.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "daemon/http/auth/token.hpp"

namespace inboxd::simulation {
namespace {

using boost::json::object;

constexpr const char* inbox_names[] = {"loop", "bot", "polled", "number"};

}  // namespace

void PeopleAtWork::hire(core::Context& context) {
  const auto add = [&](const std::string& name, Role role, const std::vector<std::string>& inboxes) {
    const auto email = name + "@example.com";
    if (!core::add_user(context, {email, name, role, inboxes}) ||
        !core::add_token(context, email, http::hash_token("token-" + name)))
      throw Broken("nobody can be hired");
  };
  add("ann", Role::agent, {"loop", "bot"});
  add("bob", Role::agent, {"number"});
  add("lea", Role::lead, {"loop", "bot", "polled", "number"});
  add("root", Role::admin, {});
}

std::string PeopleAtWork::a_conversation() {
  const auto& all = world_.mirror.conversations();
  const auto from = all.size() > 60 && world_.chance.percent(90) ? all.size() - 60 : 0;
  return to_string(all[from + world_.chance.below(all.size() - from)]);
}

std::string PeopleAtWork::a_reply() {
  const auto& all = world_.truth.reply_messages();
  const auto from = all.size() > 30 && world_.chance.percent(90) ? all.size() - 30 : 0;
  return to_string(all[from + world_.chance.below(all.size() - from)]);
}

void PeopleAtWork::agent_acts(Client& client) {
  if (world_.mirror.conversations().empty()) return;
  const bool replied = !world_.truth.reply_messages().empty();
  const auto what = world_.chance.below(100);
  Intent intent;
  if (what < 45 || (what < 75 && !replied)) {
    intent = reply();
  } else if (what < 60) {
    intent = settle_reply();
  } else if (what < 75) {
    intent = change_reply();
  } else if (what < 92) {
    intent = change_conversation();
  } else {
    intent = change_contacts(client);
  }
  if (intent.name.empty()) return;
  intent.key = "k" + std::to_string(next_key_++);
  client.command(std::move(intent));
}

Intent PeopleAtWork::reply() {
  Intent intent{{}, "message.send", {{"conversation", a_conversation()}}, {}};
  if (world_.chance.percent(10)) {
    intent.arguments["text"] = "a note";
    intent.arguments["note"] = true;
    return intent;
  }
  // Long ones become several messages at the provider, or are refused.
  const std::size_t words = world_.chance.percent(6) ? 1200 : 1;
  auto& reply = world_.truth.new_reply(words);
  std::string text;
  for (std::size_t i = 0; i < words; ++i) text += (i == 0 ? "" : " ") + reply.tag + '.' + std::to_string(i);
  intent.arguments["text"] = text;
  intent.reply = reply.tag;
  return intent;
}

Intent PeopleAtWork::change_conversation() {
  if (world_.chance.percent(25)) return {{}, "conversation.read", {{"conversation", a_conversation()}}, {}};
  Intent intent{{}, "conversation.update", {{"conversation", a_conversation()}}, {}};
  switch (world_.chance.below(6)) {
    case 0:
      intent.arguments["status"] = "resolved";
      break;
    case 1:
      intent.arguments["snoozed_until"] =
          to_rfc3339(world_.clock.now() + Milliseconds{world_.chance.between(1'000, 7'200'000)});
      break;
    case 2:
      intent.arguments["status"] = world_.chance.percent(50) ? "pending" : "open";
      break;
    case 3:
      intent.arguments["tags"] = {"t" + std::to_string(world_.chance.below(5))};
      break;
    case 4:
      intent.arguments["priority"] = world_.chance.percent(50) ? "urgent" : "low";
      break;
    case 5:
      intent.arguments["assignee"] = "ag_" + std::to_string(world_.chance.between(1, 4));
      break;
  }
  return intent;
}

Intent PeopleAtWork::change_reply() {
  const auto id = a_reply();
  switch (world_.chance.below(3)) {
    case 0: {
      // It may go out anew with the new text: the first word still tells which reply it is.
      const auto* reply = world_.truth.reply_of(*parse_id<MessageId>(id));
      if (reply == nullptr || reply->words > 1) return {};
      return {{}, "message.edit", {{"message", id}, {"text", reply->tag + ".0 edited"}}, {}};
    }
    case 1:
      return {{}, "message.delete", {{"message", id}}, {}};
    case 2:
      return {{},
              "message.react",
              {{"message", to_string(world_.chance.pick(world_.mirror.messages()))}, {"emoji", "👍"}},
              {}};
  }
  return {};
}

/// What a person says or allows is known from the moment they ask: the command may be carried out unseen.
Intent PeopleAtWork::settle_reply() {
  const auto id = a_reply();
  auto* reply = world_.truth.reply_of(*parse_id<MessageId>(id));
  if (reply == nullptr) return {};
  reply->by_hand = true;
  if (world_.chance.percent(50)) {
    const bool sent = world_.chance.percent(50);
    if (!sent) ++reply->duplicates_accepted;  // they may try it again although it had arrived
    return {{}, "message.resolve", {{"message", id}, {"as", sent ? "sent" : "failed"}}, {}};
  }
  object arguments{{"message", id}};
  if (world_.chance.percent(50)) {
    arguments["accept_duplicate"] = true;
    ++reply->duplicates_accepted;
  }
  return {{}, "message.retry", std::move(arguments), {}};
}

Intent PeopleAtWork::change_contacts(const Client& client) {
  const auto contact = world_.chance.pick(world_.mirror.contacts());
  if (client.agent() == "ann" || client.agent() == "bob" || world_.chance.percent(40))
    return {{},
            "contact.update",
            {{"contact", to_string(contact)}, {"name", "Name " + std::to_string(world_.chance.below(50))}},
            {}};
  if (world_.chance.percent(50))
    return {{},
            "contact.merge",
            {{"contact", to_string(contact)}, {"from", to_string(world_.chance.pick(world_.mirror.contacts()))}},
            {}};
  return {
      {},
      "contact.split",
      {{"contact", to_string(contact)}, {"identities", {"id_" + std::to_string(world_.chance.between(1, 4 * people))}}},
      {}};
}

void PeopleAtWork::operator_acts(Life& life) {
  switch (world_.chance.below(4)) {
    case 0:
      return change_rights(life);
    case 1:
    case 2:
      return cancel_a_send(life);
    case 3:
      return resume_inboxes(life);
  }
}

void PeopleAtWork::change_rights(Life& life) {
  const std::string name = world_.chance.percent(50) ? "ann" : "bob";
  core::ChangeRights command;
  command.inboxes.emplace();
  for (const auto* inbox : inbox_names)
    if (world_.chance.percent(50)) command.inboxes->push_back(inbox);
  world_.journal.note("operator: changes the rights of " + name);
  life.bus.submit<core::Outcome>(
      [command, name](command_bus::Workspace& workspace) mutable -> Result<core::Outcome> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "user.change_rights"};
        command.agent = workspace.tables.agents().find_by_email(name + "@example.com")->id;
        return core::change_rights(context, command);
      },
      [this, &life, name](const Result<core::Outcome>& changed) {
        if (!changed) return;
        life.room.rights_changed(AgentId{changed->id}, false);
        for (const auto& client : clients_)
          if (client->agent() == name && client->live() && !client->closed_by_server())
            throw Broken(name + "'s stream goes on after a change of rights");
      });
}

void PeopleAtWork::cancel_a_send(Life& life) {
  std::vector<storage::OutboxRow> rows;
  life.look(
      [&](const storage::Tables& tables) { rows = tables.outbox().list({DeliveryState::queued}, std::nullopt, 20); });
  if (rows.empty()) return;
  const auto& row = world_.chance.pick(rows);
  world_.journal.note("operator: cancels " + to_string(row.id));
  if (auto* reply = world_.truth.reply_of(row.message); reply != nullptr && row.action == OutboxAction::send)
    reply->by_hand = true;
  life.bus.submit<core::Outcome>(
      [id = row.id](command_bus::Workspace& workspace) -> Result<core::Outcome> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "outbox.cancel"};
        return core::cancel_send(context, *workspace.tables.agents().find_by_email("root@example.com"), id);
      },
      [](const Result<core::Outcome>&) {});
}

void PeopleAtWork::resume_inboxes(Life& life) {
  life.bus.submit<bool>(
      [](command_bus::Workspace& workspace) -> Result<bool> {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, "inbox.resume"};
        for (const auto& inbox : workspace.tables.inboxes().list()) core::resume_outbound(context, inbox.id);
        return true;
      },
      [](const Result<bool>&) {});
}

}  // namespace inboxd::simulation
