#include "daemon/core/visitors/chat.hpp"

#include <algorithm>

#include "daemon/core/messages/receipts.hpp"

namespace inboxd::core {
namespace {

bool for_the_customer(const Message& message) {
  return message.direction != Direction::internal && !message.note && message.kind != MessageKind::activity;
}

}  // namespace

std::int64_t show_in_chat(Context& context, const Message& message) {
  if (!for_the_customer(message)) return 0;
  return context.tables.visitors().append(message.conversation, message.id);
}

std::optional<Conversation> conversation_of(const storage::Tables& tables, const Visitor& visitor) {
  if (!visitor.identity) return std::nullopt;
  return tables.conversations().newest_of(*visitor.identity);
}

std::int64_t agent_read_seq(const storage::Tables& tables, const Conversation& conversation) {
  return tables.visitors().seq_of_incoming(conversation.id, conversation.unread);
}

Result<Marked> mark_chat(Context& context, const Visitor& visitor, ChatMark mark, std::int64_t seq) {
  auto& visitors = context.tables.visitors();
  const auto conversation = conversation_of(context.tables, visitor);
  auto chat = conversation ? visitors.chat(conversation->id) : std::nullopt;
  if (!chat) return Marked{};
  const bool read = mark == ChatMark::read;
  const auto begin = read ? chat->read_seq : chat->delivered_seq;
  const auto end = std::min(seq, chat->last_seq);
  if (end <= begin) return Marked{begin, false};

  auto reached = end;
  const auto entries = visitors.entries_after(chat->conversation, begin, marked_entries_max);
  if (entries.size() == marked_entries_max) reached = std::min(end, entries.back().seq);
  for (const auto& entry : entries) {
    if (entry.seq > reached) break;
    auto message = context.tables.messages().find(entry.message);
    if (message && message->direction == Direction::out)
      move_delivery(context, *message, read ? DeliveryState::read : DeliveryState::delivered, std::nullopt);
  }
  if (read) chat->read_seq = reached;
  chat->delivered_seq = std::max(chat->delivered_seq, reached);
  visitors.update_marks(*chat);
  return Marked{reached, reached < end};
}

}  // namespace inboxd::core
