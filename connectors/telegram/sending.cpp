// Walks the exchanges so far: each belongs to the part that was missing then. An answer that may pass later (429,
// an error of Telegram's, no connection) and is followed by another exchange was tried again by the host.
#include "connectors/telegram/sending.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/address.hpp"
#include "connectors/telegram/api.hpp"
#include "connectors/telegram/outcome.hpp"
#include "connectors/telegram/part_request.hpp"
#include "connectors/telegram/parts.hpp"

namespace inboxd::connectors::telegram {
namespace {

/// Photos whose shape Telegram refuses and voice messages that the customer forbade pass as plain files.
bool passes_as_document(const ApiAnswer& answer) {
  return says(answer, "PHOTO_INVALID_DIMENSIONS") || says(answer, "IMAGE_PROCESS_FAILED") ||
         says(answer, "PHOTO_EXT_INVALID") || says(answer, "PHOTO_SAVE_FILE_INVALID") ||
         says(answer, "VOICE_MESSAGES_FORBIDDEN");
}

class Progress {
 public:
  Progress(std::vector<Part> parts, PartTarget target) : parts_(std::move(parts)), target_(std::move(target)) {}

  /// How the send ended with this exchange; nothing when there is more to do.
  std::optional<SendOutcome> take(const Exchange& exchange) {
    if (finished()) return std::nullopt;
    const ApiAnswer answer = read_answer(exchange);
    if (answer.kind == AnswerKind::ok) return accept(answer);
    if (adapt(answer)) return std::nullopt;
    return outcome_of(answer, OnLostAnswer::uncertain);
  }

  [[nodiscard]] bool finished() const { return next_ == parts_.size(); }
  [[nodiscard]] Transfer request(const BotSettings& settings) const {
    Transfer transfer = part_request(settings, parts_[next_], next_ == 0 ? target_ : without_reply());
    transfer.partial = {ids_, next_ + 1 < parts_.size()};
    return transfer;
  }
  [[nodiscard]] Accepted accepted() const { return {ids_}; }

 private:
  std::optional<SendOutcome> accept(const ApiAnswer& answer) {
    const std::size_t before = ids_.size();
    if (const auto* album = answer.result.if_array()) {
      for (const auto& message : *album) add_id(message);
    } else {
      add_id(answer.result);
    }
    if (ids_.size() == before) return outcome_of(answer, OnLostAnswer::uncertain);
    ++next_;
    return std::nullopt;
  }

  void add_id(const boost::json::value& message) {
    const auto id = integer_of(message, "message_id");
    if (id > 0) ids_.push_back(to_text(MessageAddress{target_.chat, id}));
  }

  /// Makes the same part possible in another way, at most once per way.
  bool adapt(const ApiAnswer& answer) {
    if (answer.kind != AnswerKind::refused || answer.code != 400) return false;
    if (answer.migrate_to_chat_id != 0 && answer.migrate_to_chat_id != target_.chat.chat_id && !migrated_) {
      target_.chat.chat_id = answer.migrate_to_chat_id;
      target_.reply_to = 0;  // numbers of the old group mean nothing in the new one
      return migrated_ = true;
    }
    const bool reply_gone =
        says(answer, "message to be replied not found") || says(answer, "replied message not found");
    if (reply_gone && target_.reply_to != 0) {
      target_.reply_to = 0;
      return true;
    }
    return passes_as_document(answer) && as_documents();
  }

  bool as_documents() {
    bool changed = false;
    for (PartFile& file : parts_[next_].files) {
      changed = changed || file.method != FileMethod::document;
      file.method = FileMethod::document;
    }
    return changed;
  }

  [[nodiscard]] PartTarget without_reply() const { return {target_.chat, target_.topic_id, 0}; }

  std::vector<Part> parts_;
  PartTarget target_;
  std::vector<std::string> ids_;
  std::size_t next_ = 0;
  bool migrated_ = false;
};

PartTarget target_of(const Outbound& reply, const ThreadAddress& thread) {
  const auto answered = parse_message(reply.reply_to);
  return {thread.chat, thread.topic_id, answered && answered->chat == thread.chat ? answered->message_id : 0};
}

}  // namespace

Result<void> validate_send(const Outbound& reply) {
  if (reply.message_template) return bad_request("Telegram has no templates: send the text itself.");
  if (!parse_thread(reply.thread)) return bad_request("The conversation has no Telegram chat to answer to.");
  const auto text = reply_text(reply);
  if (!text) return text.error();
  if (utf16_length(text->text) > reply_units_max)
    return bad_request("The text is over 32768 characters: Telegram shows at most 4096 in one message; send a file.");
  if (reply.attachments.size() > attachments_max) return bad_request("A reply takes at most 20 files.");
  for (const OutboundAttachment& attachment : reply.attachments) {
    if (attachment.blob.size > file_bytes_max)
      return bad_request("A file is over 50 MB, the most that a Telegram bot may send: share a link instead.");
    if (attachment.blob.size == 0) return bad_request("A file is empty, which Telegram refuses.");
  }
  if (parts_of(*text, reply.attachments).empty()) return bad_request("The reply has neither text nor files.");
  return {};
}

SendStep next_send(const BotSettings& settings, const Outbound& reply, const Exchanges& done) {
  const auto thread = parse_thread(reply.thread);
  const auto text = reply_text(reply);
  if (!thread || !text || parts_of(*text, reply.attachments).empty()) {
    const auto valid = validate_send(reply);
    return SendOutcome{Rejected{"invalid", valid ? std::string() : valid.error().detail, false}};
  }
  Progress progress(parts_of(*text, reply.attachments), target_of(reply, *thread));
  for (std::size_t i = 0; i < done.size(); ++i) {
    auto outcome = progress.take(done[i]);
    const bool tried_again = outcome && std::holds_alternative<RetryAfter>(*outcome) && i + 1 < done.size();
    if (outcome && !tried_again) return std::move(*outcome);
  }
  if (progress.finished()) return SendOutcome{progress.accepted()};
  return progress.request(settings);
}

}  // namespace inboxd::connectors::telegram
