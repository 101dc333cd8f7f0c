#include "tests/simulation/truth.hpp"

#include <algorithm>
#include <sstream>

#include "tests/simulation/journal.hpp"

namespace inboxd::simulation {
namespace {

std::string tag_of(const std::string& text) {
  const auto dot = text.find('.');
  return dot == std::string::npos || text.front() != 'r' ? std::string() : text.substr(0, dot);
}

/// By which the parts of a long reply are told apart, edited or not.
std::string first_word(const std::string& text) { return text.substr(0, text.find(' ')); }

std::set<std::string> words_of(const std::vector<Copy>& copies) {
  std::set<std::string> words;
  for (const auto& copy : copies) {
    if (copy.failed) continue;
    std::istringstream stream(copy.text);
    for (std::string word; stream >> word;)
      if (word != "edited") words.insert(word);
  }
  return words;
}

bool whole(const Reply& reply) { return words_of(reply.copies).size() >= reply.words; }

}  // namespace

void Truth::acknowledged(const storage::Tables& tables, InboxId inbox, const std::string& external_id) {
  auto& message = said(inbox, external_id);
  if (!message.acknowledged) ++acknowledged_;
  message.acknowledged = true;
  if (!tables.messages().find_by_external(inbox, external_id))
    throw Broken("the provider was told that " + external_id + " is received, and it is not stored");
}

Reply& Truth::new_reply(std::size_t words) {
  const std::string tag = "r" + std::to_string(next_reply_++);
  auto& reply = replies_[tag];
  reply.tag = tag;
  reply.words = words;
  return reply;
}

Reply* Truth::reply_of(const std::string& text) {
  const auto found = replies_.find(tag_of(text));
  return found == replies_.end() ? nullptr : &found->second;
}

Reply* Truth::reply_of(MessageId message) {
  const auto found = tags_.find(message);
  return found == tags_.end() ? nullptr : &replies_.at(found->second);
}

void Truth::in_doubt(const std::string& text) {
  if (auto* reply = reply_of(text)) reply->in_doubt = true;
}

void Truth::arrived(const std::string& text, bool will_fail) {
  auto* reply = reply_of(text);
  if (reply == nullptr) throw Broken("the provider got a text that nobody wrote: " + text.substr(0, 60));
  if (reply->stored == 0) throw Broken(reply->tag + " was sent before it was committed");
  const auto same = std::count_if(reply->copies.begin(), reply->copies.end(), [&](const Copy& copy) {
    return first_word(copy.text) == first_word(text) && !copy.failed;
  });
  if (same > reply->duplicates_accepted)
    throw Broken("the customer got " + reply->tag + " twice and nobody had accepted a duplicate");
  check_order(*reply);
  reply->copies.push_back({text, will_fail});
  ++copies_;
}

/// First in, first out per conversation. What was in doubt, or tried again by a person, may come later.
void Truth::check_order(const Reply& reply) {
  if (!reply.copies.empty() || reply.in_doubt || reply.by_hand) return;
  auto& last = last_arrived_[reply.conversation];
  if (reply.message < last)
    throw Broken(reply.tag + " (" + to_string(reply.message) + ") reached the customer after " + to_string(last) +
                 ", which was queued later");
  last = reply.message;
}

void Truth::note_stored(const Message& message, Reply& reply) {
  if (reply.message == message.id) return;
  if (++reply.stored > 1) throw Broken("the command of " + reply.tag + " was carried out twice");
  reply.message = message.id;
  reply.conversation = message.conversation;
  tags_[message.id] = reply.tag;
  reply_messages_.push_back(message.id);
}

void Truth::check(const Message& message) {
  if (message.direction != Direction::out || !message.delivery) return;
  auto* reply = reply_of(message.id);
  if (reply == nullptr) reply = reply_of(message.text);
  if (reply == nullptr) throw Broken("the store holds a reply that nobody wrote: " + to_string(message.id));
  note_stored(message, *reply);
  check_state(message, *reply);
}

void Truth::check_state(const Message& message, const Reply& reply) {
  const auto claim =
      reply.tag + " (" + to_string(message.id) + ") is said to be " + std::string(enum_name(message.delivery->state));
  const bool free_of_doubt = !reply.in_doubt && !reply.by_hand;
  switch (message.delivery->state) {
    case DeliveryState::sent:
    case DeliveryState::delivered:
    case DeliveryState::read: {
      auto taken = reply.copies;
      for (auto& copy : taken) copy.failed = false;
      if (!reply.by_hand && words_of(taken).size() < reply.words)
        throw Broken(claim + ", and the provider does not have all of it");
      return;
    }
    case DeliveryState::queued:
    case DeliveryState::failed:
      if (free_of_doubt && whole(reply)) throw Broken(claim + ", and the customer has it");
      return;
    case DeliveryState::uncertain:
      if (!reply.in_doubt) throw Broken(claim + ", and no answer was lost");
      return;
    case DeliveryState::sending:
      return;
  }
}

void Truth::audit(const storage::Tables& tables) const {
  for (const auto& [tag, reply] : replies_) {
    if (reply.promised && reply.stored != 1) throw Broken("an agent was promised " + tag + ", and it is not stored");
    if (reply.refused && reply.stored != 0) throw Broken("an agent was told that " + tag + " failed, and it is stored");
    if (reply.stored == 0) continue;
    const auto message = tables.messages().find(reply.message);
    if (!message || !message->delivery) throw Broken(tag + " is gone from the store");
    check_state(*message, reply);
    const auto row = tables.outbox().send_of(reply.message);
    if (!row) throw Broken(tag + " has no row in the outbox");
    const bool row_open = row->state == DeliveryState::queued || row->state == DeliveryState::sending;
    const auto state = message->delivery->state;
    const bool message_open = state == DeliveryState::queued || state == DeliveryState::sending;
    if (row_open != message_open)
      throw Broken(tag + " is " + std::string(enum_name(state)) + " and its row of the outbox " +
                   std::string(enum_name(row->state)));
  }
  audit_customers(tables);
}

void Truth::audit_customers(const storage::Tables& tables) const {
  for (const auto& [key, said] : customers_) {
    const auto id = tables.messages().find_by_external(said.inbox, said.external_id);
    if (!id && said.acknowledged) throw Broken(said.external_id + " was acknowledged and is lost");
    if (!id) continue;
    const auto message = tables.messages().find(*id);
    if (!said.texts.contains(message->text)) throw Broken(said.external_id + " has a text that was never written");
    if (said.deleted && !message->deleted_at)
      throw Broken("the deletion of " + said.external_id + " was acknowledged and does not show");
    const auto shown = message->edited_at ? to_unix_ms(*message->edited_at) / 1000 : 0;
    if (!message->deleted_at && shown < said.edits_until)
      throw Broken("an edit of " + said.external_id + " was acknowledged and does not show");
  }
}

}  // namespace inboxd::simulation
