// Walks the exchanges so far: each belongs to the recipient whose turn it was then. Whoever accepted is asked no more;
// whoever put us off or refused goes to the end, so that nobody waits for another. The host drops the last exchange of
// an attempt that did not succeed, therefore an attempt ends with an answer that nobody needs to remember: where the
// last one accepted, one that did not is asked once more. A mail that is written by a rule goes without an envelope
// sender, so that nothing answers it and nothing comes back (RFC 3834 3.3, RFC 5321 4.5.5); a server that refuses that
// gets it once more with the sender of replies.
#include "connectors/email/sending.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <set>
#include <utility>

#include "connectors/email/addresses.hpp"
#include "connectors/email/compose/body.hpp"
#include "connectors/email/compose/mail.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/token.hpp"
#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::array retry_delays{std::chrono::minutes{5}, std::chrono::minutes{15}, std::chrono::minutes{60},
                                  std::chrono::minutes{240}};
constexpr std::chrono::hours patience{48};
// Shorter than any delay between two attempts: exchanges this far apart belong to two of them.
constexpr std::chrono::seconds attempt_gap{270};
// A token that was taken this long ago may have run out; one that is younger was refused for itself.
constexpr std::chrono::minutes token_is_fresh{10};

enum class Answer { accepted, put_off, refused };

Answer answer_of(const Exchange& exchange) {
  constexpr int taken = 250;
  if (exchange.failure != TransferFailure::none) return Answer::put_off;
  if (exchange.status == taken) return Answer::accepted;
  return exchange.status >= 500 ? Answer::refused : Answer::put_off;
}

class Progress {
 public:
  Progress(const MailboxSettings& mailbox, const Outbound& reply)
      : mailbox_(mailbox), reply_(reply), recipients_(recipients_of(reply)), null_sender_(reply.automatic) {
    for (std::size_t i = 0; i < recipients_.everybody.size(); ++i) open_.push_back(i);
  }

  /// How the send ended with this exchange, which is the newest; nothing when there is more to do.
  std::optional<SendOutcome> take_last(const Exchange& exchange) {
    if (exchange.label == token_label) return take_token(exchange);
    if (auto end = end_of_all(exchange)) return end;
    if (login_is_refused(exchange)) {
      if (!token_.empty() && exchange.now - token_at_ > token_is_fresh) {
        token_.clear();
        return std::nullopt;
      }
      return NeedsAttention{"login_refused", "The mail server refuses the login of this inbox: " + words_of(exchange)};
    }
    if (login_is_impossible(exchange))
      return NeedsAttention{"no_login_method", words_of_impossible_login(mailbox_, exchange)};
    take(exchange);
    const auto answer = answer_of(exchange);
    const bool all_put_off = std::all_of(open_.begin(), open_.end(), [&](auto who) { return put_off_.contains(who); });
    if (exchange.failure == TransferFailure::not_sent || (answer == Answer::put_off && all_put_off))
      return retry(exchange);
    if (!open_.empty()) return std::nullopt;
    if (refused_.empty()) return Accepted{{message_id_of(reply_, mailbox_)}};
    return answer == Answer::refused ? std::optional<SendOutcome>(rejected(exchange)) : std::nullopt;
  }

  /// An exchange that others followed.
  void take(const Exchange& exchange) {
    if (exchange.label == token_label) {
      take_token(exchange);
      return;
    }
    if (login_is_refused(exchange) || login_is_impossible(exchange)) {
      token_.clear();  // what follows is a new token, or a login that a person has set right
      return;
    }
    if (nobody_is_left()) return;  // an answer to nothing that was asked
    if (exchange.now - last_at_ >= attempt_gap) put_off_.clear();
    last_at_ = exchange.now;
    if (answer_of(exchange) == Answer::refused && std::exchange(null_sender_, false)) return;  // asked as a reply is
    move(pop_turn(), answer_of(exchange), words_of(exchange));
  }

  [[nodiscard]] bool nobody_is_left() const { return open_.empty() && refused_.empty(); }
  [[nodiscard]] bool needs_token() const { return mailbox_.oauth2.given() && token_.empty(); }

  [[nodiscard]] Transfer request(const std::vector<MailPart>& mail) const {
    const std::size_t who = turn();
    Transfer transfer = smtp_transfer(mailbox_, token_);
    transfer.label = "mail";
    MailBody body;
    body.envelope_to = recipients_.everybody[who];
    const std::string tag = bounce_tag(mailbox_.signing_key, {reply_.stable_id, static_cast<int>(who)});
    body.envelope_from = null_sender_              ? std::string()
                         : mailbox_.plus_addresses ? plus_address(mailbox_.address, tag)
                                                   : mailbox_.address;
    body.envelope_id = tag;
    body.parts = mail;
    transfer.body = std::move(body);
    if (accepted_ > 0) transfer.partial.delivered = {message_id_of(reply_, mailbox_)};
    transfer.partial.more_to_come = open_.size() + refused_.size() > 1;
    return transfer;
  }

 private:
  std::optional<SendOutcome> take_token(const Exchange& exchange) {
    token_ = token_of(exchange);
    token_at_ = exchange.now;
    if (!token_.empty()) return std::nullopt;
    if (grant_is_refused(exchange))
      return NeedsAttention{"grant_refused",
                            "The provider gives no access token any more: grant access again and set "
                            "oauth2.refresh_token."};
    return RetryAfter{Milliseconds{0}, "no_token", "The provider gave no access token.", RetryScope::conversation};
  }

  [[nodiscard]] std::optional<SendOutcome> end_of_all(const Exchange& exchange) const {
    switch (exchange.failure) {
      case TransferFailure::blob_gone:
        return Rejected{"attachment_missing", "A file of this mail is no longer stored here.", false};
      case TransferFailure::lost:
      case TransferFailure::too_large:
        return uncertain("the mail had left when the mail server's answer was lost: " + words_of(exchange));
      case TransferFailure::not_sent:
        return std::nullopt;
      case TransferFailure::none:
        break;
    }
    if (exchange.status >= 400 || exchange.status == 250) return std::nullopt;
    return uncertain("the mail server's answer is none that SMTP knows: " + words_of(exchange));
  }

  /// Whoever comes after is not asked before a person has settled this: their answers would have no place to be kept.
  [[nodiscard]] Unknown uncertain(const std::string& why) const {
    if (nobody_is_left()) return {why};
    const auto waiting = open_.size() + refused_.size() - 1;
    std::string all = recipients_.everybody[turn()] + ": " + why;
    if (waiting > 0) all += "; recipients who wait: " + std::to_string(waiting);
    return {std::move(all)};
  }

  [[nodiscard]] std::size_t turn() const { return open_.empty() ? refused_.front() : open_.front(); }
  std::size_t pop_turn() {
    const std::size_t who = turn();
    (open_.empty() ? refused_ : open_).pop_front();
    return who;
  }

  void move(std::size_t who, Answer answer, std::string words) {
    switch (answer) {
      case Answer::accepted:
        ++accepted_;
        return;
      case Answer::put_off:
        open_.push_back(who);
        put_off_.insert(who);
        return;
      case Answer::refused:
        refused_.push_back(who);
        last_refused_ = recipients_.everybody[who] + ": " + std::move(words);
        return;
    }
  }

  [[nodiscard]] RetryAfter retry(const Exchange& exchange) const {
    const auto step = static_cast<std::size_t>(std::max(reply_.attempt, 1) - 1);
    RetryAfter later;
    later.delay = retry_delays.at(std::min(step, retry_delays.size() - 1));
    later.gives_up_after = patience;
    later.code = exchange.failure == TransferFailure::not_sent ? "not_sent" : "put_off";
    later.why = "The mail server did not take it yet: " + words_of(exchange);
    return later;
  }

  [[nodiscard]] Rejected rejected(const Exchange& exchange) const {
    Rejected end;
    end.code = "refused";
    end.why = "The mail server refused " + last_refused_;
    if (accepted_ > 0) end.why += "; " + std::to_string(accepted_) + " of the recipients have it";
    // RFC 3463: no such mailbox or domain, mailbox gone; of somebody else's address it says nothing of the contact.
    const bool alone = recipients_.everybody.size() == 1 && recipients_.everybody.front() == reply_.thread;
    end.unreachable = alone && (exchange.body.starts_with("5.1.1") || exchange.body.starts_with("5.1.2") ||
                                exchange.body.starts_with("5.1.10") || exchange.body.starts_with("5.2.1"));
    return end;
  }

  const MailboxSettings& mailbox_;
  const Outbound& reply_;
  Recipients recipients_;
  std::deque<std::size_t> open_;     // nobody has said a last word yet
  std::deque<std::size_t> refused_;  // 5xx
  std::set<std::size_t> put_off_;    // 4xx in this attempt
  bool null_sender_;                 // until a server refuses a mail without one
  std::size_t accepted_ = 0;
  std::string last_refused_;
  Timestamp last_at_;
  std::string token_;
  Timestamp token_at_;
};

Result<void> validate_files(const std::vector<OutboundAttachment>& files) {
  if (files.size() > attachments_max) return bad_request("A mail takes at most 50 files.");
  std::uint64_t sum = 0;
  for (const auto& file : files) {
    if (file.blob.size > attachment_bytes_max) sum = attachment_bytes_max;
    sum += file.blob.size;
  }
  if (sum > attachment_bytes_max)
    return bad_request("The files are over 25 MB together, more than most mail servers take: share a link instead.");
  return {};
}

Result<void> validate_head(const Outbound& reply) {
  constexpr std::size_t subject_bytes_max = 4096;
  if (has_control_characters(reply.subject) || reply.subject.size() > subject_bytes_max)
    return bad_request("The subject must stand on one line of at most 4096 bytes.");
  const Recipients recipients = recipients_of(reply);
  if (!recipients.unreadable.empty())
    return bad_request("A recipient is not a mail address; it looks like anna@example.com.");
  if (recipients.everybody.empty()) return bad_request("A mail needs at least one recipient.");
  if (recipients.everybody.size() > recipients_max) return bad_request("A mail has at most 40 recipients.");
  return {};
}

}  // namespace

Result<void> validate_mail(const Outbound& reply, const MailboxSettings& mailbox) {
  if (reply.action != OutboxAction::send) return bad_request("A mail that was sent stays as it is.");
  if (reply.message_template) return bad_request("Mail has no templates: send the text itself.");
  if (reply.text.empty() && reply.html.empty() && reply.attachments.empty())
    return bad_request("A mail needs text or a file.");
  if (code_point_count(reply.text) > text_characters_max)
    return bad_request("The text is over 500000 characters: send a file.");
  if (const auto head = validate_head(reply); !head) return head.error();
  if (const auto files = validate_files(reply.attachments); !files) return files.error();
  if (const auto body = composed_body(reply, mailbox); !body) return body.error();
  return {};
}

SendStep next_mail(const MailboxSettings& mailbox, const Outbound& reply, const Exchanges& done) {
  if (const auto valid = validate_mail(reply, mailbox); !valid)
    return SendOutcome{Rejected{"invalid", valid.error().detail, false}};
  Progress progress(mailbox, reply);
  for (std::size_t i = 0; i + 1 < done.size(); ++i) progress.take(done[i]);
  if (!done.empty())
    if (auto outcome = progress.take_last(done.back())) return std::move(*outcome);
  if (progress.nobody_is_left()) return SendOutcome{Accepted{{message_id_of(reply, mailbox)}}};
  if (progress.needs_token()) return token_request(mailbox.oauth2);
  const auto mail = composed_mail(reply, mailbox);
  if (!mail) return SendOutcome{Rejected{"invalid", mail.error().detail, false}};
  return progress.request(*mail);
}

}  // namespace inboxd::connectors::email
