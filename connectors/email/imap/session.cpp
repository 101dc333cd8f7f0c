#include "connectors/email/imap/session.hpp"

#include <algorithm>
#include <utility>

namespace inboxd::connectors::email::imap {
namespace {

/// A server that is silent for this long after NOOP, IDLE or DONE is gone.
constexpr Milliseconds short_silence_max{60'000};
/// Opening, searching or reading may take a server longer.
constexpr Milliseconds long_silence_max{300'000};
constexpr Milliseconds progress_interval{5'000};
/// A catch-up of fewer messages passes without a word.
constexpr std::uint64_t progress_messages_min = 300;

std::string with_commas(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

}  // namespace

Session::Session(MailboxOptions options, const std::string& state)
    : options_(std::move(options)), stored_(state), reader_(*this), downloads_(options_.original_bytes_max) {
  if (auto cursor = cursor_from_text(state); cursor && cursor->folder == options_.folder) cursor_ = std::move(*cursor);
}

StreamActions Session::started(Timestamp now) {
  now_ = heard_at_ = now;
  send(Purpose::capability, "CAPABILITY");
  return finish();
}

StreamActions Session::received(std::string_view bytes, Timestamp now) {
  now_ = heard_at_ = now;
  const auto wrong = reader_.feed(bytes);
  if (wrong && !actions_.close) {
    find(InboxHealthState::degraded, "imap_nonsense",
         "The mail server sent what is not IMAP (" + *wrong +
             "), so the connection was closed. When this repeats, check that the address is an IMAP server's.");
    close(Milliseconds{0});
  }
  return finish();
}

StreamActions Session::committed(Timestamp now) {
  now_ = now;
  downloads_.committed();
  return finish();
}

StreamActions Session::due(Timestamp now) {
  now_ = now;
  armed_at_.reset();
  if (const auto at = deadline(); at && *at <= now) {
    if (phase_ == Phase::idle) {
      say_done();
    } else if (phase_ == Phase::waiting) {
      phase_ = Phase::polling;
      send(Purpose::noop, "NOOP");
    } else {
      find(InboxHealthState::degraded, "imap_silent", "The mail server stopped answering; connecting again.");
      close(Milliseconds{0});
    }
  }
  return finish();
}

StreamActions Session::ending(Timestamp now) {
  now_ = now;
  if (phase_ == Phase::idle || phase_ == Phase::idle_asked) actions_.write += "DONE\r\n";
  actions_.write += "x LOGOUT\r\n";
  return std::exchange(actions_, {});
}

std::string Session::send(Purpose purpose, std::string_view command) {
  std::string tag = "i" + std::to_string(++commands_sent_);
  if (commands_.empty()) asked_at_ = now_;
  commands_.emplace(tag, purpose);
  actions_.write += tag + ' ' + std::string(command) + "\r\n";
  return tag;
}

void Session::find(InboxHealthState state, std::string code, std::string detail) {
  actions_.finding = CheckFinding{state, std::move(code), std::move(detail), {}};
}

void Session::close(Milliseconds reconnect_after) {
  if (downloads_.under_way()) actions_.pieces.emplace_back(OriginalDropped{});
  actions_.close = true;
  actions_.reconnect_after = reconnect_after;
}

void Session::tell_progress() {
  if (phase_ != Phase::catching_up || catch_up_total_ < progress_messages_min || actions_.finding) return;
  if (progress_told_ && now_ - progress_told_at_ < progress_interval) return;
  progress_told_ = true;
  progress_told_at_ = now_;
  const auto left = std::min(backlog_.left(), catch_up_total_);
  find(InboxHealthState::degraded, "first_sync",
       "Reading the folder " + options_.folder + ": " + with_commas(catch_up_total_ - left) + " of " +
           with_commas(catch_up_total_) + " messages.");
}

std::optional<Timestamp> Session::deadline() const {
  if (phase_ == Phase::idle || phase_ == Phase::waiting) return wait_until_;
  if (commands_.empty()) return std::nullopt;
  const bool brief = phase_ == Phase::idle_asked || phase_ == Phase::done_said || phase_ == Phase::polling;
  return std::max(heard_at_, asked_at_) + (brief ? short_silence_max : long_silence_max);
}

/// What every call ends with. A timer is only moved forward: one that is early finds nothing due and is set again.
StreamActions Session::finish() {
  if (!actions_.close) pump();
  if (!actions_.close) {
    tell_progress();
    const auto at = deadline();
    if (at && (!armed_at_ || *at < *armed_at_)) {
      armed_at_ = at;
      actions_.wake_after = std::max(Milliseconds{1}, *at - now_);
    }
  }
  return std::exchange(actions_, {});
}

void Session::response(const Response& response) {
  if (actions_.close) return;
  switch (response.kind) {
    case Response::Kind::untagged:
      untagged(response);
      break;
    case Response::Kind::tagged:
      answered(response);
      break;
    case Response::Kind::continuation:
      continued();
      break;
  }
  if (!actions_.close) pump();
}

void Session::continued() {
  if (phase_ != Phase::idle_asked) return;
  phase_ = Phase::idle;
  wait_until_ = now_ + options_.idle_refresh;
  if (search_again_) say_done();
}

void Session::untagged(const Response& response) {
  const std::string& name = response.name;
  if (name == "EXISTS" && response.number) {
    if (!examining_ && *response.number > exists_) search_again_ = true;
    exists_ = *response.number;
    if (phase_ == Phase::idle && search_again_) say_done();
  } else if (name == "EXPUNGE") {
    if (exists_ > 0) --exists_;
  } else if (name == "FETCH") {
    fetched(response);
  } else if (name == "BYE") {
    goodbye(response);
  } else if (name == "CAPABILITY") {
    for (const auto& token : response.tokens) {
      const std::string capability = in_capitals(token.text);
      if (capability == "IDLE") has_idle_ = true;
      if (capability == "ID") has_id_ = true;
    }
  } else if (name == "LIST") {
    listed(response);
  } else if (name == "OK" && response.code == "UIDNEXT" && examining_) {
    uidnext_ = to_number(response.code_argument).value_or(0);
  } else if (name == "OK" && response.code == "UIDVALIDITY") {
    const auto number = to_number(response.code_argument).value_or(0);
    // Renumbered while it is open: opening it again finds out what that means.
    if (!examining_ && number != uidvalidity_) close(Milliseconds{1'000});
    uidvalidity_ = number;
  }
}

void Session::goodbye(const Response& response) {
  // Servers end idle connections now and then, which nobody needs to hear of.
  if (phase_ != Phase::idle && phase_ != Phase::waiting)
    find(InboxHealthState::degraded, "imap_closed", "The mail server closed the connection: " + response.text);
  refused_by_goodbye(response);
  if (!actions_.close) close(Milliseconds{0});
}

void Session::answered(const Response& response) {
  const auto found = commands_.find(response.tag);
  if (found == commands_.end()) {
    find(InboxHealthState::degraded, "imap_nonsense", "The mail server answered what it was not asked.");
    return close(Milliseconds{0});
  }
  const Purpose purpose = found->second;
  commands_.erase(found);
  if (response.name != "OK") return not_accepted(purpose, response);
  switch (purpose) {
    case Purpose::capability:
      return capabilities_known();
    case Purpose::id:
      return examine();
    case Purpose::examine:
      return examined();
    case Purpose::list:
      return folders_listed();
    case Purpose::last_uid:
      return begin_first_time();
    case Purpose::search:
      backlog_.search_ended();
      catch_up_total_ = cursor_.importing ? std::max(exists_, backlog_.left()) : backlog_.left();
      if (options_.history) actions_.expected = backlog_.left();
      return;
    case Purpose::sizes:
      return backlog_.sizes_ended();
    case Purpose::body:
      return body_answered(true, response);
    case Purpose::idle:
      // A server that ends IDLE by itself is asked by NOOP from now on.
      if (phase_ != Phase::done_said) has_idle_ = false;
      return search();
    case Purpose::noop:
      return search();
  }
}

void Session::not_accepted(Purpose purpose, const Response& response) {
  switch (purpose) {
    case Purpose::capability:
      return capabilities_known();
    case Purpose::id:
      return examine();
    case Purpose::examine:
      return folder_refused(response);
    case Purpose::list:
      return folders_listed();
    case Purpose::idle:
      has_idle_ = false;
      return search();
    case Purpose::body:
      return body_answered(false, response);
    case Purpose::sizes:
      if (!is_of_the_moment(response.code) && sizes_refused(response.text)) return;
      [[fallthrough]];
    case Purpose::last_uid:
    case Purpose::search:
    case Purpose::noop:
      find(InboxHealthState::degraded, "imap_refused",
           "The mail server refused to read the folder " + options_.folder + ": " + response.text);
      return close(Milliseconds{60'000});
  }
}

}  // namespace inboxd::connectors::email::imap
