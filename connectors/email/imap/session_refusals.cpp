// Messages that the server does not give, whether it says so or ends the connection: asked for again on new ones,
// alone, in the end kept as what can be had of them. How often is in the cursor, so that nothing forgets it.
#include <algorithm>
#include <array>

#include "connectors/email/imap/session.hpp"

namespace inboxd::connectors::email::imap {
namespace {

/// How long to wait before a message that was refused is asked for again; after these, its headers must do.
constexpr std::array<Milliseconds, 4> refused_waits{Milliseconds{1'000}, Milliseconds{60'000}, Milliseconds{300'000},
                                                    Milliseconds{900'000}};
/// A server whose storage is away says so with a code. Asked once a minute: a day of it, then the message is refused.
constexpr int put_offs_max = 24 * 60;
constexpr Milliseconds put_off_wait{60'000};

}  // namespace

/// Fewer than is_passing(): an internal error, a limit or an alert may be a message's own.
bool Session::is_of_the_moment(std::string_view code) {
  return code == "UNAVAILABLE" || code == "INUSE" || code == "THROTTLED";
}

bool Session::is_given_up(std::uint32_t uid) const {
  return uid != 0 && uid == cursor_.refused_uid &&
         static_cast<std::size_t>(cursor_.refused_times) >= refused_waits.size();
}

/// It was refused once more, when only its size was asked.
bool Session::is_given_up_unsized(std::uint32_t uid) const {
  return is_given_up(uid) && static_cast<std::size_t>(cursor_.refused_times) > refused_waits.size();
}

void Session::begin_refusals_of(std::uint32_t uid) {
  if (cursor_.refused_uid == uid) return;
  cursor_.forget_refusals();
  cursor_.refused_uid = uid;
}

/// An outage of the server's must cost no mail its body. Its headers are the last that can be had of it: they are asked
/// for until they come, or somebody removes the message.
bool Session::is_put_off(const Message& message, const Response& response) {
  if (!is_of_the_moment(response.code)) return false;
  begin_refusals_of(message.uid);
  const bool last = message.reading == Reading::headers_of_refused;
  if (!last && cursor_.put_off_times >= put_offs_max) return false;
  cursor_.put_off_times = std::min(cursor_.put_off_times + 1, put_offs_max);
  find(InboxHealthState::degraded, "message_put_off",
       "The mail server cannot give the message with UID " + std::to_string(message.uid) + " of the folder " +
           options_.folder + " now (it says: " + response.text + "). It is asked for again every minute.");
  store_cursor();
  close(put_off_wait);
  return true;
}

/// A server that is out of order refuses today what it gives tomorrow, and a message that somebody has removed is
/// refused too (RFC 2180): so it is tried on new connections, then kept as what can be had of it.
void Session::message_refused(const Message& message, const std::string& why) {
  if (message.reading == Reading::headers_of_refused) {
    Message nothing = message;
    nothing.reading = Reading::nothing_of_refused;
    downloads_.given(0);
    return give(nothing);
  }
  begin_refusals_of(message.uid);
  const auto wait = refused_waits[std::min(static_cast<std::size_t>(cursor_.refused_times), refused_waits.size() - 1)];
  if (++cursor_.refused_times > 1)
    find(InboxHealthState::degraded, "message_refused",
         "The mail server does not give the message with UID " + std::to_string(message.uid) + " of the folder " +
             options_.folder + " (it says: " + why + "). It is asked for again; in the end its headers must do.");
  store_cursor();
  close(wait);
}

/// Dovecot ends the connection where it cannot read a message ("* BYE FETCH failed", imap_fetch_failure), so a goodbye
/// counts as a refusal of the message that the server was at. One that speaks of the moment does not; others count in
/// vain, as the next connection gets on.
void Session::refused_by_goodbye(const Response& response) {
  if (is_passing(response.code) || commands_.empty()) return;
  // The server works through its commands in their order.
  const Purpose at = commands_.begin()->second;
  if (at == Purpose::body) {
    if (const auto message = downloads_.next_message()) message_refused(*message, response.text);
  } else if (at == Purpose::sizes) {
    sizes_refused(response.text);
  }
}

/// False when it tells no message that could be the one.
bool Session::sizes_refused(const std::string& why) {
  const auto uid = backlog_.first_unsized();
  if (!uid) return false;
  message_refused({*uid, 0, std::nullopt, Reading::whole}, why);
  return true;
}

}  // namespace inboxd::connectors::email::imap
