#include "daemon/visitors/chat_news.hpp"

#include <algorithm>

#include "daemon/core/visitors/chat.hpp"
#include "daemon/core/visitors/visit.hpp"

namespace inboxd::visitors {
namespace {

std::vector<ShownMessage> join(const storage::Tables& tables, const std::vector<storage::ChatEntry>& entries) {
  std::vector<ShownMessage> shown;
  for (const auto& entry : entries)
    if (auto message = tables.messages().find(entry.message)) shown.push_back({entry.seq, std::move(*message)});
  return shown;
}

}  // namespace

Result<ChatNews> read_news(const storage::Tables& tables, const ChatQuestion& question, const ChatPosition& position) {
  auto visitor = core::visiting(tables, question.rules, question.inbox, question.visitor);
  if (!visitor) return visitor.error();
  ChatNews news;
  news.visitor = std::move(visitor).value();
  const auto conversation = core::conversation_of(tables, news.visitor);
  const auto chat = conversation ? tables.visitors().chat(conversation->id) : std::nullopt;
  if (!chat) {
    news.reset = position.conversation.has_value() || position.seq.value_or(0) > 0;
    return news;
  }
  news.conversation = conversation->id;
  news.contact = conversation->contact;
  news.last_seq = chat->last_seq;
  news.read_seq = chat->read_seq;
  news.agent_read_seq = core::agent_read_seq(tables, *conversation);
  news.reset = (position.conversation && *position.conversation != conversation->id) ||
               position.seq.value_or(0) > chat->last_seq;
  const auto newest = std::max<std::int64_t>(0, chat->last_seq - history_given);
  news.begin = news.reset ? newest : position.seq.value_or(newest);
  const auto entries = tables.visitors().entries_after(conversation->id, news.begin, news_entries_max);
  news.reached = entries.size() == news_entries_max ? entries.back().seq : chat->last_seq;
  news.messages = join(tables, entries);
  return news;
}

Result<std::vector<ShownMessage>> read_history(const storage::Tables& tables, const ChatQuestion& question,
                                               std::int64_t before, int limit) {
  const auto visitor = core::visiting(tables, question.rules, question.inbox, question.visitor);
  if (!visitor) return visitor.error();
  const auto conversation = core::conversation_of(tables, *visitor);
  if (!conversation) return std::vector<ShownMessage>{};
  return join(tables, tables.visitors().entries_before(conversation->id, before, limit));
}

}  // namespace inboxd::visitors
