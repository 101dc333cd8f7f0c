// One request per target. https://core.telegram.org/bots/api#updating-messages, #deletemessage, #setmessagereaction
#include "connectors/telegram/changing.hpp"

#include "connectors/telegram/address.hpp"
#include "connectors/telegram/api.hpp"
#include "connectors/telegram/entities.hpp"
#include "connectors/telegram/outcome.hpp"
#include "connectors/telegram/parts.hpp"

namespace inboxd::connectors::telegram {
namespace {

enum class ChangeKind { text, caption, erasure, reaction };

struct Change {
  MessageAddress target;
  ChangeKind kind = ChangeKind::text;
  RichText text;
  std::string emoji;
};

bool text_kind(MessageKind kind) { return kind == MessageKind::text || kind == MessageKind::unsupported; }

/// Telegram lists its reactions without the variation selector U+FE0F that keyboards add.
std::string reaction_emoji(std::string emoji) {
  constexpr std::string_view selector = "\xEF\xB8\x8F";
  for (auto found = emoji.find(selector); found != std::string::npos; found = emoji.find(selector))
    emoji.erase(found, selector.size());
  return emoji;
}

std::size_t units_max_of(const Outbound& change) {
  return text_kind(change.target_kind) ? text_units_max : caption_units_max;
}

/// The new text over the messages that the old one took; what is left over of them goes.
std::vector<Change> edits_of(const Outbound& change, const std::vector<MessageAddress>& targets) {
  const auto text = reply_text(change);
  if (!text) return {};
  const std::vector<RichText> pieces = split_text(*text, units_max_of(change));
  if (!text_kind(change.target_kind))
    return {{targets.front(), ChangeKind::caption, pieces.empty() ? RichText{} : pieces.front(), {}}};
  std::vector<Change> changes;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (i < pieces.size()) {
      changes.push_back({targets[i], ChangeKind::text, pieces[i], {}});
    } else {
      changes.push_back({targets[i], ChangeKind::erasure, {}, {}});
    }
  }
  return changes;
}

std::vector<Change> changes_of(const Outbound& change) {
  std::vector<MessageAddress> targets;
  for (const std::string& id : change.targets)
    if (const auto address = parse_message(id)) targets.push_back(*address);
  if (targets.empty()) return {};
  std::vector<Change> changes;
  switch (change.action) {
    case OutboxAction::send:
      return {};
    case OutboxAction::edit:
      return edits_of(change, targets);
    case OutboxAction::erase:
      for (const MessageAddress& target : targets) changes.push_back({target, ChangeKind::erasure, {}, {}});
      return changes;
    case OutboxAction::react:
      return {{targets.front(), ChangeKind::reaction, {}, reaction_emoji(change.emoji)}};
  }
  return changes;
}

Transfer erasure_request(const BotSettings& settings, const Change& change) {
  const ChatAddress& chat = change.target.chat;
  if (!chat.business_connection.empty())
    return call(settings, "deleteBusinessMessages",
                {{"business_connection_id", chat.business_connection},
                 {"message_ids", boost::json::array{change.target.message_id}}},
                Effect::none);
  return call(settings, "deleteMessage", {{"chat_id", chat.chat_id}, {"message_id", change.target.message_id}},
              Effect::none);
}

Transfer request_for(const BotSettings& settings, const Change& change) {
  const ChatAddress& chat = change.target.chat;
  boost::json::object parameters;
  if (!chat.business_connection.empty()) parameters["business_connection_id"] = chat.business_connection;
  parameters["chat_id"] = chat.chat_id;
  parameters["message_id"] = change.target.message_id;
  switch (change.kind) {
    case ChangeKind::text:
      parameters["text"] = change.text.text;
      parameters["entities"] = write_entities(change.text);
      return call(settings, "editMessageText", parameters, Effect::none);
    case ChangeKind::caption:
      parameters["caption"] = change.text.text;
      parameters["caption_entities"] = write_entities(change.text);
      return call(settings, "editMessageCaption", parameters, Effect::none);
    case ChangeKind::erasure:
      return erasure_request(settings, change);
    case ChangeKind::reaction: {
      boost::json::array reaction;
      if (!change.emoji.empty()) reaction.push_back({{"type", "emoji"}, {"emoji", change.emoji}});
      parameters["reaction"] = std::move(reaction);
      return call(settings, "setMessageReaction", parameters, Effect::none);
    }
  }
  return erasure_request(settings, change);
}

/// What was wanted is so already.
bool already_so(const ApiAnswer& answer, ChangeKind kind) {
  if (kind == ChangeKind::erasure) return says(answer, "message to delete not found");
  return says(answer, "message is not modified");
}

/// Text that was too long for a caption went as a message of its own, and the other way round.
bool switch_kind(const ApiAnswer& answer, Change& change) {
  if (change.kind == ChangeKind::caption && says(answer, "no caption in the message to edit")) {
    change.kind = ChangeKind::text;
    return true;
  }
  if (change.kind == ChangeKind::text && says(answer, "no text in the message to edit") &&
      utf16_length(change.text.text) <= caption_units_max) {
    change.kind = ChangeKind::caption;
    return true;
  }
  return false;
}

}  // namespace

Result<void> validate_change(const Outbound& change) {
  if (changes_of(change).empty() && change.action != OutboxAction::edit)
    return bad_request("The message has no id at Telegram yet.");
  if (change.action != OutboxAction::edit) return {};
  const auto text = reply_text(change);
  if (!text) return text.error();
  if (changes_of(change).empty()) return bad_request("The message has no id at Telegram yet.");
  const auto pieces = split_text(*text, units_max_of(change)).size();
  if (pieces == 0 && text_kind(change.target_kind)) return bad_request("A message cannot be edited to be empty.");
  const std::size_t room = text_kind(change.target_kind) ? change.targets.size() : 1;
  if (pieces > room) return bad_request("The new text is too long for the message that it replaces.");
  return {};
}

SendStep next_change(const BotSettings& settings, const Outbound& change, const Exchanges& done) {
  std::vector<Change> changes = changes_of(change);
  if (changes.empty()) return SendOutcome{Rejected{"invalid", "The message has no id at Telegram.", false}};
  std::size_t next = 0;
  for (std::size_t i = 0; i < done.size() && next < changes.size(); ++i) {
    const ApiAnswer answer = read_answer(done[i]);
    if (answer.kind == AnswerKind::ok || already_so(answer, changes[next].kind)) {
      ++next;
      continue;
    }
    if (switch_kind(answer, changes[next])) continue;
    SendOutcome outcome = outcome_of(answer, OnLostAnswer::again);
    const bool tried_again = std::holds_alternative<RetryAfter>(outcome) && i + 1 < done.size();
    if (!tried_again) return outcome;
  }
  if (next == changes.size()) return SendOutcome{Accepted{change.targets}};
  return request_for(settings, changes[next]);
}

}  // namespace inboxd::connectors::telegram
