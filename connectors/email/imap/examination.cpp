// capability → id → list → open each folder → idle → ready → (look into each folder, search each mail)* → done.
#include "connectors/email/imap/examination.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "connectors/email/imap/folder_names.hpp"
#include "connectors/email/imap/names.hpp"
#include "connectors/email/login.hpp"

namespace inboxd::connectors::email::imap {
namespace {

/// A server that is silent for this long after a command is gone.
constexpr Milliseconds silence_max{60'000};
/// A mail to a mailbox of the same server takes a second or two; greylisting and queues are not for it.
constexpr Milliseconds arrival_max{60'000};
/// The others go the same way as the first: once that is here they are, or do not come.
constexpr Milliseconds others_after_first{15'000};
constexpr Milliseconds look_interval{500};
constexpr std::size_t folders_max = 200;
constexpr std::size_t folder_bytes_max = 200;
/// Of those that are not read, looked into for a mail that appears nowhere.
constexpr std::size_t elsewhere_max = 30;

std::string in_seconds(Milliseconds span) {
  const auto tenths = (span.count() + 50) / 100;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

std::string in_minutes(Milliseconds span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::minutes>(span).count()) + " minutes";
}

}  // namespace

MailboxExamination::MailboxExamination(ExaminationOptions options)
    : options_(std::move(options)), reader_(*this), mails_(options_.mails.size()) {
  for (const auto& mail : options_.mails) transfers_.push_back(mail.transfer);
  for (const auto& name : options_.folders) folders_.push_back({name, true, true});
  if (!options_.sent_folder.empty()) folders_.push_back({options_.sent_folder});
}

Examined MailboxExamination::not_connected(NotConnected how, const std::string& why) const {
  switch (how) {
    case NotConnected::unreachable:
      return {"IMAP login",
              {InboxHealthState::unhealthy,
               "imap_unreachable",
               "not tried, there is no connection: " + why + "; see what is said of the host of imap_url",
               {}}};
    case NotConnected::login_refused:
      return {"IMAP login",
              {InboxHealthState::unhealthy,
               "login_refused",
               "refused: " + why +
                   "; set the right username and password or oauth2, and allow IMAP where the provider has a switch "
                   "for it",
               {}}};
  }
  return {};
}

ExaminationActions MailboxExamination::started(Timestamp now) {
  now_ = now;
  say("IMAP login", InboxHealthState::healthy, "", "taken, as " + options_.username);
  send(Step::capability, "CAPABILITY");
  return finish();
}

ExaminationActions MailboxExamination::received(std::string_view bytes, Timestamp now) {
  now_ = now;
  if (const auto wrong = reader_.feed(bytes); wrong && !actions_.close) {
    say("IMAP", InboxHealthState::unhealthy, "imap_nonsense",
        "the server sent what is not IMAP (" + *wrong + "): check that imap_url is an IMAP server's");
    end();
  }
  return finish();
}

ExaminationActions MailboxExamination::sent(std::size_t index, const Exchange& answer, Timestamp now) {
  now_ = now;
  constexpr int taken = 250;
  auto& mail = mails_.at(index);
  const auto& expected = options_.mails[index];
  if (answer.failure == TransferFailure::none && answer.status == taken) {
    mail = {Course::under_way, now};
  } else {
    mail.course = Course::ended;
    const bool refused = answer.failure == TransferFailure::none && answer.status >= 500;
    say(expected.what, InboxHealthState::unhealthy, "not_sent",
        "not sent: " + words_of(answer) +
            (refused ? "; " + expected.refused : std::string("; set right what is said of SMTP")));
  }
  if (any(Course::unsent)) return finish();
  give_up_at_ = now_ + arrival_max;
  if (any(Course::under_way))
    look_again();
  else
    end();
  return finish();
}

ExaminationActions MailboxExamination::due(Timestamp now) {
  now_ = now;
  if (step_ == Step::pause) {
    look_again();
  } else if (step_ != Step::sending && step_ != Step::done) {
    say("IMAP", InboxHealthState::unhealthy, "imap_silent",
        "the server stopped answering: try again, or ask its operator");
    end();
  }
  return finish();
}

void MailboxExamination::response(const Response& response) {
  if (actions_.close) return;
  switch (response.kind) {
    case Response::Kind::untagged:
      return untagged(response);
    case Response::Kind::tagged:
      return answered(response);
    case Response::Kind::continuation:
      if (step_ == Step::idle) {
        step_ = Step::idle_ends;
        actions_.write += "DONE\r\n";
      }
      return;
  }
}

void MailboxExamination::untagged(const Response& response) {
  if (response.name == "CAPABILITY") {
    for (const auto& token : response.tokens) {
      const std::string capability = in_capitals(token.text);
      has_idle_ = has_idle_ || capability == "IDLE";
      has_id_ = has_id_ || capability == "ID";
    }
  } else if (response.name == "LIST") {
    listed(response);
  } else if (response.name == "OK" && response.code == "UIDNEXT" && step_ == Step::open) {
    folders_[folder_].first_new = std::max<std::uint64_t>(to_number(response.code_argument).value_or(1), 1);
  } else if (response.name == "BYE") {
    say("IMAP", InboxHealthState::unhealthy, "imap_closed", "the server closed the connection: " + response.text);
    end();
  }
}

void MailboxExamination::listed(const Response& response) {
  const Token* name = nullptr;
  for (const auto& token : response.tokens)
    if (token.depth == 0) name = &token;
  if (name != nullptr && listed_.size() < folders_max)
    listed_.push_back(decode_folder(name->text.substr(0, folder_bytes_max)));
}

void MailboxExamination::answered(const Response& response) {
  switch (step_) {
    case Step::capability:
      // Some providers open no folder for a client that does not say its name (RFC 2971).
      if (has_id_) return send(Step::id, R"(ID ("name" "inboxd"))");
      [[fallthrough]];
    case Step::id:
      return send(Step::list, R"(LIST "" "*")");
    case Step::list:
      folder_ = 0;
      return open_next();
    case Step::open:
      opened(response);
      ++folder_;
      return open_next();
    case Step::idle:
    case Step::idle_ends:
      has_idle_ = step_ == Step::idle_ends && response.name == "OK";
      return get_ready();
    case Step::look:
      if (response.name == "OK") return search_for(0);
      return round_ended();
    case Step::search:
      return searched();
    case Step::sending:
    case Step::pause:
    case Step::done:
      return;
  }
}

void MailboxExamination::open_next() {
  if (folder_ < folders_.size()) return send(Step::open, "EXAMINE " + quoted(encode_folder(folders_[folder_].name)));
  say_folders();
  try_idle();
}

void MailboxExamination::opened(const Response& response) {
  auto& folder = folders_[folder_];
  folder.opens = response.name == "OK";
  if (folder.opens) return;
  const bool there = std::find(listed_.begin(), listed_.end(), folder.name) != listed_.end();
  const std::string key = folder.watched ? "folders" : "sent_folder";
  const std::string names = nearest_first(listed_, folder.name);
  complaints_.push_back((there ? "the server does not open " : "there is no folder ") + folder.name +
                        " (it says: " + response.text + "); set " + key + " to " +
                        (names.empty() ? "a folder of this mailbox; it names none" : "one of these: " + names));
}

void MailboxExamination::say_folders() {
  if (complaints_.empty()) {
    std::string names;
    for (const auto& folder : folders_) names += (names.empty() ? "" : ", ") + folder.name;
    return say("folders", InboxHealthState::healthy, "", names + (folders_.size() > 1 ? " open" : " opens"));
  }
  for (auto& complaint : complaints_)
    say("folders", InboxHealthState::unhealthy, "folder_missing", std::move(complaint));
}

void MailboxExamination::try_idle() {
  if (!has_idle_ || std::none_of(folders_.begin(), folders_.end(), [](const auto& folder) { return folder.opens; }))
    return get_ready();
  send(Step::idle, "IDLE");
}

void MailboxExamination::get_ready() {
  say("IDLE", InboxHealthState::healthy, "",
      has_idle_ ? "offered and taken: a new mail is told at once"
                : "not offered: the folders are polled every " + in_minutes(options_.poll_interval) + " instead");
  const bool can_see =
      std::any_of(folders_.begin(), folders_.end(), [](const auto& folder) { return folder.watched && folder.opens; });
  if (mails_.empty() || !can_see) {
    for (std::size_t i = 0; i < mails_.size(); ++i)
      say(options_.mails[i].what, InboxHealthState::unhealthy, "not_sent",
          "not sent: no folder that is read opens, so it could not be seen");
    return end();
  }
  step_ = Step::sending;
  actions_.ready = true;
}

/// Opened anew, a folder shows what has come since.
void MailboxExamination::look_again() { look_into(0); }

void MailboxExamination::look_into(std::size_t folder) {
  folder_ = folder;
  while (folder_ < folders_.size() && (elsewhere_ ? folders_[folder_].configured : !folders_[folder_].watched))
    ++folder_;
  if (folder_ < folders_.size()) return send(Step::look, "EXAMINE " + quoted(encode_folder(folders_[folder_].name)));
  if (elsewhere_) return give_up();
  wait_or_give_up();
}

void MailboxExamination::search_for(std::size_t mail) {
  mail_ = mail;
  while (mail_ < mails_.size() && !pending(mail_)) ++mail_;
  if (mail_ == mails_.size()) return round_ended();
  found_ = false;
  // "n:*" always names the newest mail; the header decides. Where nothing is known of numbers, the day bounds the work.
  const auto first = folders_[folder_].first_new;
  const std::string among = first > 1 ? "UID " + std::to_string(first) + ":*"
                                      : "SINCE " + search_date(mails_[mail_].sent_at - std::chrono::days{1});
  send(Step::search, "UID SEARCH " + among + " HEADER Message-ID " + quoted(options_.mails[mail_].message_id));
}

void MailboxExamination::searched() {
  if (found_) {
    auto& mail = mails_[mail_];
    mail.course = Course::ended;
    const std::string took = in_seconds(now_ - mail.sent_at);
    const auto& what = options_.mails[mail_].what;
    const auto& folder = folders_[folder_].name;
    if (elsewhere_)
      say(what, InboxHealthState::unhealthy, "arrived_elsewhere",
          "sent, and put into " + folder + ", which is not read: let the server put the mailbox's own mail into " +
              watched_names() + ", or name " + folder + " in folders");
    else
      say(what, InboxHealthState::healthy, "", "sent, and seen in " + folder + " after " + took + "; it stays there");
    if (mail_ == 0) give_up_at_ = std::min(*give_up_at_, now_ + others_after_first);
  }
  search_for(mail_ + 1);
}

void MailboxExamination::round_ended() {
  if (!any(Course::under_way)) return end();
  look_into(folder_ + 1);
}

void MailboxExamination::wait_or_give_up() {
  if (now_ < *give_up_at_) {
    step_ = Step::pause;
    return wake_after(look_interval);
  }
  elsewhere_ = true;
  std::size_t added = 0;
  for (const auto& name : listed_) {
    const bool known =
        std::any_of(folders_.begin(), folders_.end(), [&](const auto& folder) { return folder.name == name; });
    if (!known && added++ < elsewhere_max) folders_.push_back({name, false});
  }
  look_into(0);
}

void MailboxExamination::give_up() {
  for (std::size_t i = 0; i < mails_.size(); ++i)
    if (pending(i))
      say(options_.mails[i].what, InboxHealthState::unhealthy, "not_arrived",
          "sent, and not seen in " + watched_names() + " within " + in_seconds(now_ - mails_[i].sent_at) + ": " +
              options_.mails[i].not_arrived);
  end();
}

bool MailboxExamination::any(Course course) const {
  return std::any_of(mails_.begin(), mails_.end(), [course](const Mail& mail) { return mail.course == course; });
}

std::string MailboxExamination::watched_names() const {
  std::string names;
  for (const auto& name : options_.folders) names += (names.empty() ? "" : ", ") + name;
  return names;
}

void MailboxExamination::say(std::string what, InboxHealthState state, std::string code, std::string detail) {
  actions_.examined.push_back({std::move(what), {state, std::move(code), std::move(detail), {}}});
}

void MailboxExamination::send(Step step, const std::string& command) {
  step_ = step;
  actions_.write += 'd' + std::to_string(++commands_sent_) + ' ' + command + "\r\n";
  wake_after(silence_max);
}

void MailboxExamination::wake_after(Milliseconds wait) { actions_.wake_after = wait; }

void MailboxExamination::end() {
  step_ = Step::done;
  actions_.write += "x LOGOUT\r\n";
  actions_.close = true;
}

ExaminationActions MailboxExamination::finish() { return std::exchange(actions_, {}); }

}  // namespace inboxd::connectors::email::imap
