// What the folder holds above the cursor: found, measured, fetched and given in the order of UIDs; then the waiting.
#include <algorithm>
#include <utility>

#include "connectors/email/imap/names.hpp"
#include "connectors/email/imap/session.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::email::imap {
namespace {

std::optional<std::uint32_t> uid_of(const Response& response) {
  const Token* value = fetch_value(response, "UID");
  const auto number = value == nullptr ? std::nullopt : to_number(value->text);
  if (!number || *number == 0 || *number > UINT32_MAX) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

/// "BODY[] NIL": there is a message, and the server cannot give it.
bool has_no_body(const Response& response) {
  const Token* whole = fetch_value(response, "BODY[]");
  const Token* value = whole != nullptr ? whole : fetch_value(response, "BODY[HEADER]<0>");
  return value != nullptr && value->kind == Token::Kind::atom && in_capitals(value->text) == "NIL";
}

}  // namespace

void Session::search() {
  phase_ = Phase::catching_up;
  search_again_ = false;
  catch_up_total_ = 0;
  backlog_.search(cursor_.last_uid, cursor_.refused_uid);
  if (exists_ == 0 || cursor_.last_uid == UINT32_MAX) return;
  // "9:7" would be 7 to 9 (RFC 3501 section 9, seq-range).
  if (history_is_bounded() && cursor_.last_uid >= options_.history->last_uid) return;
  std::string command = "UID SEARCH UID " + std::to_string(std::uint64_t{cursor_.last_uid} + 1) + ':' +
                        (history_is_bounded() ? std::to_string(options_.history->last_uid) : "*");
  if (options_.history && options_.history->since) command += " SINCE " + search_date(*options_.history->since);
  if (!cursor_.importing && cursor_.resync_from) command += " SINCE " + search_date(*cursor_.resync_from);
  send(Purpose::search, command);
}

bool Session::history_is_bounded() const { return options_.history && options_.history->uidvalidity != 0; }

void Session::number_found(std::uint64_t number) {
  if (history_is_bounded() && number > options_.history->last_uid) return;
  backlog_.found(number);
}

/// Keeps the server at work as far as the window lets it; ends the catch-up when nothing is left of it.
void Session::pump() {
  if (phase_ != Phase::catching_up) return;
  const auto waits_for = [&](Purpose purpose) {
    return std::any_of(commands_.begin(), commands_.end(), [&](const auto& entry) { return entry.second == purpose; });
  };
  if (waits_for(Purpose::search)) return;
  if (is_given_up_unsized(cursor_.refused_uid)) backlog_.pass_unsized(cursor_.refused_uid);
  while (backlog_.front() != nullptr && may_ask(*backlog_.front())) ask_body(backlog_.take());
  // Nor is anything asked of those behind it: another refusal there would make this one's forgotten, each time anew.
  const std::string set = downloads_.awaits(cursor_.refused_uid) ? std::string() : backlog_.next_sizes();
  if (!set.empty()) send(Purpose::sizes, "UID FETCH " + set + " (UID RFC822.SIZE INTERNALDATE)");
  if (backlog_.empty() && downloads_.empty()) caught_up();
}

/// A message that was refused before is asked for alone, so that it is known to be the one.
bool Session::may_ask(const Message& message) const {
  if (downloads_.awaits(cursor_.refused_uid)) return false;
  return downloads_.room_for(message) && (message.uid != cursor_.refused_uid || downloads_.empty());
}

void Session::ask_body(Message message) {
  if (is_given_up(message.uid))
    message.reading = Reading::headers_of_refused;
  else if (message.size > options_.original_bytes_max)
    message.reading = Reading::headers_of_too_large;
  downloads_.ask(send(Purpose::body, body_command(message)), message);
}

std::string Session::body_command(const Message& message) const {
  const std::string part =
      message.reading == Reading::whole
          ? "BODY.PEEK[]"
          : "BODY.PEEK[HEADER]<0." + std::to_string(std::min(header_bytes_max, options_.original_bytes_max)) + '>';
  return "UID FETCH " + std::to_string(message.uid) + " (UID " + part + ')';
}

void Session::fetched(const Response& response) {
  if (downloads_.under_way()) return body_ended(response);
  const auto uid = uid_of(response);
  if (!uid) return;
  if (has_no_body(response)) return downloads_.denied(*uid);
  if (phase_ == Phase::opening) uidnext_ = std::max<std::uint64_t>(uidnext_, std::uint64_t{*uid} + 1);
  const Token* size = fetch_value(response, "RFC822.SIZE");
  const Token* arrived = fetch_value(response, "INTERNALDATE");
  if (size == nullptr) return;
  backlog_.sized({*uid, to_number(size->text).value_or(0),
                  arrived == nullptr ? std::nullopt : parse_date_time(arrived->text), Reading::whole});
}

void Session::body_begun(const Response& so_far, std::uint64_t size) {
  taking_body_ = !actions_.close && downloads_.begin(uid_of(so_far), size);
}

void Session::body_bytes(std::string_view bytes) {
  if (taking_body_) actions_.pieces.emplace_back(OriginalBytes{std::string(bytes)});
}

void Session::body_ended(const Response& response) {
  if (const auto message = downloads_.end(uid_of(response)))
    give(*message);
  else
    actions_.pieces.emplace_back(OriginalDropped{});
}

void Session::give(const Message& message) {
  cursor_.last_uid = std::max(cursor_.last_uid, message.uid);
  // A date in the future would hide what arrives until then from a resync.
  const Timestamp arrived_at = std::min(message.arrived_at.value_or(now_), now_);
  cursor_.last_at = std::max(cursor_.last_at.value_or(arrived_at), arrived_at);
  if (cursor_.refused_uid <= cursor_.last_uid) cursor_.forget_refusals();
  stored_ = to_text(cursor_);
  actions_.pieces.emplace_back(OriginalEnd{context_of(message), stored_});
}

std::string Session::context_of(const Message& message) const {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  json_fields::field(writer, "folder", options_.folder);
  json_fields::field(writer, "uid", static_cast<std::int64_t>(message.uid));
  json_fields::field(writer, "uidvalidity", uidvalidity_);
  json_fields::put(writer, "internal_date", message.arrived_at);
  json_fields::field(writer, "sent", options_.sent);
  json_fields::field(writer, "size", message.size);
  json_fields::put_flag(writer, "history", options_.history.has_value());
  json_fields::put_flag(writer, "too_large", message.reading == Reading::headers_of_too_large);
  json_fields::put_flag(
      writer, "unreadable",
      message.reading == Reading::headers_of_refused || message.reading == Reading::nothing_of_refused);
  writer.end_object();
  return text;
}

void Session::body_answered(bool accepted, const Response& response) {
  const auto answer = downloads_.answered(response.tag, accepted);
  switch (answer.outcome) {
    case Downloads::Outcome::settled:
      return;
    case Downloads::Outcome::refused:
      if (is_put_off(answer.message, response)) return;
      return message_refused(answer.message, response.text);
    case Downloads::Outcome::ask_again:
      return downloads_.asked_again(response.tag, send(Purpose::body, body_command(answer.message)));
  }
}

void Session::caught_up() {
  const bool more = backlog_.more_beyond();
  cursor_.last_uid = std::max(cursor_.last_uid, backlog_.highest_uid());
  if (!more) {
    // What stood below UIDNEXT when the folder was opened has been looked at, whatever its date.
    if (cursor_.resync_from && uidnext_ > 0)
      cursor_.last_uid =
          std::max(cursor_.last_uid, static_cast<std::uint32_t>(std::min<std::uint64_t>(uidnext_ - 1, UINT32_MAX)));
    cursor_.importing = false;
    cursor_.resync_from.reset();
  }
  if (to_text(cursor_) != stored_) store_cursor();
  if (options_.history && !more) return history_read();
  if (more || search_again_) {
    search();
    return pump();
  }
  if ((progress_told_ || !healthy_told_) && !actions_.finding) {
    find(InboxHealthState::healthy, progress_told_ ? "first_sync" : "",
         progress_told_ ? "The folder " + options_.folder + " has been read." : "");
    progress_told_ = false;
    healthy_told_ = true;
  }
  wait_for_more();
}

/// What arrives from now on is news.
void Session::history_read() {
  actions_.finished = true;
  actions_.write += "x LOGOUT\r\n";
  close(Milliseconds{0});
}

void Session::wait_for_more() {
  if (has_idle_) {
    phase_ = Phase::idle_asked;
    send(Purpose::idle, "IDLE");
  } else {
    phase_ = Phase::waiting;
    wait_until_ = now_ + options_.poll_interval;
  }
}

void Session::say_done() {
  phase_ = Phase::done_said;
  heard_at_ = now_;
  actions_.write += "DONE\r\n";
}

void Session::store_cursor() {
  stored_ = to_text(cursor_);
  downloads_.given(0);
  actions_.pieces.emplace_back(StateMoved{stored_});
}

}  // namespace inboxd::connectors::email::imap
