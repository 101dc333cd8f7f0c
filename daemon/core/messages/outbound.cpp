#include "daemon/core/messages/outbound.hpp"

#include "daemon/core/messages/correlation.hpp"
#include "schemas/json/outbox.hpp"

namespace inboxd::core {
namespace {

Result<void> add_attachments(const storage::Tables& tables, MessageId message, Outbound& outbound) {
  for (const auto& row : tables.attachments().of_message(message)) {
    if (row.attachment.state != AttachmentState::ready)
      return bad_request("attachment " + to_string(row.attachment.id) + " is not ready");
    outbound.attachments.push_back(
        {{row.blob_hash, row.attachment.size}, row.attachment.name, row.attachment.mime, row.attachment.content_id});
  }
  return {};
}

std::vector<std::string> addresses_of(const std::vector<MailAddress>& list) {
  std::vector<std::string> addresses;
  for (const auto& entry : list) addresses.push_back(entry.address);
  return addresses;
}

/// The newest of the conversation's messages that the customer has or wrote.
constexpr int earlier_max = 50;

QuotedMessage quote(const Message& message) {
  return {message.author.name, message.created_at, message.text, message.html};
}

/// For a channel whose messages carry their place with them.
void add_place(const storage::Tables& tables, const Conversation& conversation, const Message& message,
               Outbound& outbound) {
  outbound.place.conversation = to_string(conversation.id);
  outbound.place.ticket_number = conversation.number;
  outbound.place.author = message.author.name;
  const auto newest = tables.messages().of_conversation(conversation.id,
                                                        {storage::MessageOrder::newest_first, message.id, earlier_max});
  for (const auto& earlier : newest) {
    if (earlier.note || !earlier.external_id) continue;
    outbound.place.earlier.insert(outbound.place.earlier.begin(), *earlier.external_id);
    const bool answered = message.reply_to ? earlier.id == *message.reply_to : earlier.direction == Direction::in;
    if (answered && !outbound.place.quoted) outbound.place.quoted = quote(earlier);
  }
}

void add_recipients(const EmailContent& head, Outbound& outbound) {
  outbound.recipients = {addresses_of(head.to), addresses_of(head.cc), addresses_of(head.bcc)};
}

void add_payload(const storage::OutboxRow& row, Outbound& outbound) {
  const auto payload = payload_from_text(row.payload);
  outbound.message_template = payload.message_template;
  outbound.emoji = payload.emoji;
  if (row.action == OutboxAction::edit) {
    outbound.text = payload.text;
    outbound.html = payload.html;
  }
}

}  // namespace

Result<Outbound> assemble_outbound(const storage::Tables& tables, const storage::OutboxRow& row) {
  const auto message = tables.messages().find(row.message);
  const auto conversation = tables.conversations().find(row.conversation);
  if (!message || !conversation) return not_found("the message of " + to_string(row.id) + " is gone");
  const auto identity = tables.contacts().find_identity(conversation->identity);
  if (!identity) return not_found("nobody to send " + to_string(row.id) + " to");

  Outbound outbound;
  outbound.action = row.action;
  outbound.thread = identity->handle;
  outbound.aliases = identity->aliases;
  outbound.subject = conversation->subject;
  outbound.correlation = correlation_of(row.correlation, row.attempt);
  outbound.attempt = row.attempt;
  outbound.stable_id = row.correlation;
  if (row.action == OutboxAction::send) {
    outbound.text = message->text;
    outbound.html = message->html;
    outbound.created_at = message->created_at;
    if (const auto* head = std::get_if<EmailContent>(&message->content.detail)) {
      outbound.automatic = message->author.kind == AuthorKind::system;
      add_recipients(*head, outbound);
      add_place(tables, *conversation, *message, outbound);
    }
    if (message->reply_to) {
      const auto ids = tables.messages().external_ids(*message->reply_to);
      if (!ids.empty()) outbound.reply_to = ids.front();
    }
    if (auto added = add_attachments(tables, message->id, outbound); !added) return added.error();
  } else {
    outbound.targets = tables.messages().external_ids(row.message);
    outbound.target_kind = message->kind;
  }
  add_payload(row, outbound);
  return outbound;
}

}  // namespace inboxd::core
