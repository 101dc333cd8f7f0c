// From the login to the folder that is open for reading, and where in it to begin.
#include <algorithm>
#include <array>
#include <utility>

#include "connectors/email/imap/folder_names.hpp"
#include "connectors/email/imap/names.hpp"
#include "connectors/email/imap/session.hpp"

namespace inboxd::connectors::email::imap {
namespace {

constexpr Milliseconds missing_folder_wait{900'000};
constexpr Milliseconds busy_wait{300'000};
/// Of a mailbox's folders, to name some to a person who chose one that is not there.
constexpr std::size_t folders_max = 200;
/// A server that copies messages late, and clocks and zones that differ.
constexpr std::chrono::days resync_margin{2};

}  // namespace

/// Response codes that speak of the moment, not of the folder (RFC 5530; the last two are Gmail's and Microsoft's).
bool Session::is_passing(std::string_view code) {
  constexpr std::array<std::string_view, 7> codes{"UNAVAILABLE", "INUSE",     "SERVERBUG", "LIMIT",
                                                  "OVERQUOTA",   "THROTTLED", "ALERT"};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

void Session::capabilities_known() {
  // Some providers open no folder for a client that does not say its name (RFC 2971).
  if (has_id_)
    send(Purpose::id, R"(ID ("name" "inboxd"))");
  else
    examine();
}

/// EXAMINE, not SELECT: nothing in the folder changes by being read.
void Session::examine() {
  examining_ = true;
  send(Purpose::examine, "EXAMINE " + quoted(encode_folder(options_.folder)));
}

void Session::examined() {
  examining_ = false;
  if (uidvalidity_ == 0) {
    find(InboxHealthState::unhealthy, "imap_no_uids",
         "The mail server gives the messages of the folder " + options_.folder +
             " no lasting numbers (UIDVALIDITY), so they cannot be read once and only once.");
    return close(missing_folder_wait);
  }
  if (history_is_bounded() && options_.history->uidvalidity != uidvalidity_) {
    find(InboxHealthState::unhealthy, "imap_renumbered",
         "The mail server has renumbered the messages of the folder " + options_.folder +
             ", which the inbox has not read again yet; start the import again when it has.");
    return close(missing_folder_wait);
  }
  const bool first_time = cursor_.uidvalidity == 0;
  if (first_time && options_.import == Import::only_new && uidnext_ == 0 && exists_ > 0) {
    send(Purpose::last_uid, "UID FETCH * (UID)");
    return;
  }
  if (first_time) return begin_first_time();
  if (cursor_.uidvalidity != uidvalidity_)
    begin_resync("has renumbered the messages of the folder " + options_.folder + " (UIDVALIDITY)");
  else if (uidnext_ != 0 && cursor_.last_uid >= uidnext_)
    begin_resync("uses numbers of the folder " + options_.folder + " again, as after a restored backup (UIDNEXT)");
  search();
}

void Session::begin_first_time() {
  if (!stored_.empty())
    find(
        InboxHealthState::degraded, "imap_first_time",
        "What was stored about the folder " + options_.folder + " belongs to another one; beginning as for a new one.");
  cursor_.folder = options_.folder;
  cursor_.uidvalidity = uidvalidity_;
  if (options_.import == Import::all) {
    cursor_.importing = true;
  } else {
    cursor_.last_at = now_;
    if (uidnext_ > 0) cursor_.last_uid = static_cast<std::uint32_t>(std::min<std::uint64_t>(uidnext_ - 1, UINT32_MAX));
  }
  store_cursor();
  search();
}

/// Every message since the last known arrival comes again under a new number: the host knows those that it has.
void Session::begin_resync(std::string why) {
  cursor_.uidvalidity = uidvalidity_;
  cursor_.last_uid = 0;
  cursor_.forget_refusals();
  if (!cursor_.importing && !cursor_.resync_from && cursor_.last_at)
    cursor_.resync_from = *cursor_.last_at - resync_margin;
  const std::string since = cursor_.importing || !cursor_.resync_from ? std::string("from the beginning")
                                                                      : "since " + search_date(*cursor_.resync_from);
  find(InboxHealthState::degraded, "imap_renumbered",
       "The mail server " + std::move(why) + ". Its messages are read again " + since +
           "; those that are here already are not shown twice.");
  store_cursor();
}

void Session::folder_refused(const Response& response) {
  if (is_passing(response.code)) {
    find(InboxHealthState::degraded, "imap_refused",
         "The mail server cannot open the folder " + options_.folder + " now: " + response.text);
    return close(busy_wait);
  }
  refusal_ = response.text;
  send(Purpose::list, R"(LIST "" "*")");
}

/// (\HasNoChildren) "/" "name"
void Session::listed(const Response& response) {
  const Token* name = nullptr;
  for (const auto& token : response.tokens)
    if (token.depth == 0) name = &token;
  if (name != nullptr && folders_.size() < folders_max) folders_.push_back(decode_folder(name->text.substr(0, 200)));
}

void Session::folders_listed() {
  const std::string names = nearest_first(folders_, options_.folder);
  const bool there = std::find(folders_.begin(), folders_.end(), options_.folder) != folders_.end();
  const std::string problem =
      there ? "The mail server does not open the folder " : "The mailbox has no folder that can be opened as ";
  find(InboxHealthState::unhealthy, "folder_missing",
       problem + options_.folder + " (it says: " + refusal_ + "). " +
           (names.empty() ? std::string("It names no folders.") : "Its folders: " + names + '.') + " Set `" +
           (options_.sent ? "sent_folder" : "folders") + "` to one of them.");
  close(missing_folder_wait);
}

}  // namespace inboxd::connectors::email::imap
