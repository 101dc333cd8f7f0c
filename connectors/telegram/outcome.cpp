// Sorts Telegram's errors by what the host does next. Telegram promises no error codes beyond the HTTP status, so
// its description decides where the status does not. https://core.telegram.org/bots/api#making-requests
#include "connectors/telegram/outcome.hpp"

#include <array>

namespace inboxd::connectors::telegram {
namespace {

struct Refusal {
  std::string_view words;
  std::string_view code;
  std::string_view why;
  bool unreachable = false;
};

constexpr std::array forbidden{
    Refusal{"bot was blocked", "blocked", "The customer blocked the bot.", true},
    Refusal{"user is deactivated", "deactivated", "The customer's Telegram account is gone.", true},
    Refusal{"bot was kicked", "bot_removed", "The bot was removed from the group.", true},
    Refusal{"bot is not a member", "bot_removed", "The bot is not in the group or channel.", true},
    Refusal{"group chat was deleted", "chat_deleted", "The group was deleted.", true},
    Refusal{"can't initiate conversation", "not_started", "The customer must write to the bot first.", true},
};

constexpr std::array bad_requests{
    Refusal{"chat not found", "chat_not_found", "Telegram does not know this chat for this bot."},
    Refusal{"user is deactivated", "deactivated", "The customer's Telegram account is gone.", true},
    Refusal{"PEER_ID_INVALID", "chat_not_found", "Telegram does not know this chat for this bot."},
    Refusal{"message is too long", "text_too_long", "Telegram found the text too long."},
    Refusal{"caption is too long", "text_too_long", "Telegram found the caption too long."},
    Refusal{"text must be non-empty", "text_empty", "Telegram found no visible text in the message."},
    Refusal{"message text is empty", "text_empty", "Telegram found no visible text in the message."},
    Refusal{"message thread not found", "topic_gone", "The topic of the group is no longer there."},
    Refusal{"TOPIC_CLOSED", "topic_closed", "The topic of the group is closed."},
    Refusal{"file is too big", "file_too_large", "Telegram found the file too large."},
    Refusal{"message can't be edited", "edit_refused", "Telegram no longer allows this message to be edited."},
    Refusal{"message to edit not found", "message_gone", "The message is no longer there."},
    Refusal{"message can't be deleted", "erase_refused", "Telegram allows deletion for 48 hours only."},
    Refusal{"REACTION_INVALID", "reaction_invalid", "Telegram does not allow this emoji as a reaction."},
    Refusal{"message to react not found", "message_gone", "The message is no longer there."},
    Refusal{"not enough rights", "no_rights", "The bot has no right to do this in the chat."},
    Refusal{"have no rights", "no_rights", "The bot has no right to do this in the chat."},
};

template <class Table>
Rejected rejected(const ApiAnswer& answer, const Table& table, std::string_view code) {
  for (const Refusal& refusal : table)
    if (says(answer, refusal.words)) return {std::string(refusal.code), std::string(refusal.why), refusal.unreachable};
  return {std::string(code), "Telegram refused it: " + answer.description, false};
}

SendOutcome refused(const ApiAnswer& answer) {
  if (answer.code == 429)
    return RetryAfter{answer.retry_after, "rate_limited", "Telegram asks to wait: " + answer.description,
                      RetryScope::inbox};
  if (answer.code >= 500)
    return RetryAfter{answer.retry_after, "provider_error", "Telegram had an error of its own: " + answer.description,
                      RetryScope::conversation};
  if (answer.code == 401 || answer.code == 404)
    return NeedsAttention{"token_rejected",
                          "Telegram does not accept the bot's token: copy the current one from @BotFather into the "
                          "configuration."};
  if (answer.code == 413)
    return Rejected{"file_too_large", "The files are larger than this Telegram server takes.", false};
  if (answer.code == 403) return rejected(answer, forbidden, "forbidden");
  return rejected(answer, bad_requests, "refused");
}

}  // namespace

SendOutcome outcome_of(const ApiAnswer& answer, OnLostAnswer on_lost) {
  switch (answer.kind) {
    case AnswerKind::ok:
      return Unknown{"Telegram's answer named no message."};
    case AnswerKind::refused:
      return refused(answer);
    case AnswerKind::not_sent:
      return RetryAfter{Milliseconds{0}, "not_sent", "Telegram could not be reached: " + answer.description,
                        RetryScope::conversation};
    case AnswerKind::lost:
      if (on_lost == OnLostAnswer::again)
        return RetryAfter{Milliseconds{0}, "answer_lost", "Telegram's answer was lost: " + answer.description,
                          RetryScope::conversation};
      return Unknown{"Telegram's answer was lost, so the customer may or may not have it: " + answer.description};
    case AnswerKind::blob_gone:
      return Rejected{"attachment_missing", "A file of this reply is no longer stored here.", false};
  }
  return Unknown{answer.description};
}

}  // namespace inboxd::connectors::telegram
