#include "daemon/core/messages/outbound_effects.hpp"

#include "daemon/core/contacts/identify.hpp"
#include "daemon/core/messages/outbox_row.hpp"
#include "daemon/core/visitors/chat.hpp"
#include "schemas/json/outbox.hpp"

namespace inboxd::core {

namespace {

/// What an older change wanted is moot: this one is what the customer sees.
void end_superseded(Context& context, const storage::OutboxRow& accepted) {
  for (auto older : context.tables.outbox().changes_of(accepted.message, changes_looked_at_max)) {
    const bool moot = older.action == accepted.action || accepted.action == OutboxAction::erase;
    if (older.id < accepted.id && older.state == DeliveryState::uncertain && moot)
      finish_row(context, older, DeliveryState::failed);
  }
}

void add_activity(Context& context, const storage::OutboxRow& row, std::string_view end, const std::string& detail) {
  Message activity;
  activity.conversation = row.conversation;
  activity.inbox = row.inbox;
  activity.direction = Direction::internal;
  activity.kind = MessageKind::activity;
  activity.author = {AuthorKind::system, 0, {}};
  activity.content.detail = ActivityContent{std::string(enum_name(row.action)) + std::string(end), detail};
  activity.reply_to = row.message;
  activity.created_at = activity.received_at = context.now;
  activity.id = context.tables.messages().insert(activity);
  record(context, activity, EventType::message_created);
}

}  // namespace

void apply_accepted_change(Context& context, const storage::OutboxRow& row) {
  auto message = context.tables.messages().find(row.message);
  if (!message) return;
  const auto payload = payload_from_text(row.payload);
  switch (row.action) {
    case OutboxAction::send:
      return;
    case OutboxAction::edit:
      message->text = payload.text;
      message->html = payload.html;
      message->edited_at = context.now;
      break;
    case OutboxAction::erase:
      message->deleted_at = context.now;
      break;
    case OutboxAction::react:
      // The channel shows one reaction of the desk's, whoever gave it.
      context.tables.messages().set_reactions(
          message->id, {AuthorKind::system, 0, {}},
          payload.emoji.empty() ? std::vector<std::string>{} : std::vector<std::string>(1, payload.emoji), context.now);
      break;
  }
  ++message->version;
  context.tables.messages().update(*message);
  record(context, *message, EventType::message_updated);
  show_in_chat(context, *message);
  end_superseded(context, row);
}

void report_refused_change(Context& context, const storage::OutboxRow& row, const Rejected& rejected) {
  add_activity(context, row, "_refused", rejected.why);
}

void report_uncertain_change(Context& context, const storage::OutboxRow& row, const Unknown& unknown) {
  add_activity(context, row, "_uncertain",
               unknown.why +
                   " Make the change again, or settle it: retry or resolve this message (in the outbox it is " +
                   to_string(row.id) + ").");
}

void mark_unreachable(Context& context, ConversationId id) {
  const auto conversation = context.tables.conversations().find(id);
  if (!conversation) return;
  auto identity = context.tables.contacts().find_identity(conversation->identity);
  if (!identity || identity->unreachable_since) return;
  identity->unreachable_since = context.now;
  store_identity(context, *identity);
}

}  // namespace inboxd::core
