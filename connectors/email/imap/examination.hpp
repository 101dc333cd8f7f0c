// A mailbox looked at for `doctor`, over one connection that begins logged in: its folders, IDLE, and whether mails
// that the inbox sends to itself appear in a folder that is read. Folders are opened with EXAMINE only: nothing is
// marked, moved or deleted. One command at a time; without I/O, like the mailbox's session.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/email/imap/mailbox.hpp"
#include "connectors/email/imap/response.hpp"
#include "connectors/sdk/examination.hpp"

namespace inboxd::connectors::email::imap {

/// A mail that is sent, and what to say of it.
struct ExpectedMail {
  std::string what;        // "mail to itself"
  std::string message_id;  // with angle brackets
  Transfer transfer;
  std::string refused;      // a sentence that says what to do when the server refuses it
  std::string not_arrived;  // or when it is sent and does not appear
};

struct ExaminationOptions {
  std::string username;
  std::vector<std::string> folders;  // watched for what arrives
  std::string sent_folder;           // empty: none
  Milliseconds poll_interval{0};     // where the server has no IDLE
  std::vector<ExpectedMail> mails;   // the first is the plain one: the others come hardly later
};

class MailboxExamination final : public Examination, private ResponseEvents {
 public:
  explicit MailboxExamination(ExaminationOptions options);

  [[nodiscard]] const std::vector<Transfer>& messages() const override { return transfers_; }
  [[nodiscard]] Examined not_connected(NotConnected how, const std::string& why) const override;
  ExaminationActions started(Timestamp now) override;
  ExaminationActions received(std::string_view bytes, Timestamp now) override;
  ExaminationActions sent(std::size_t index, const Exchange& answer, Timestamp now) override;
  ExaminationActions due(Timestamp now) override;

 private:
  enum class Step { capability, id, list, open, idle, idle_ends, sending, pause, look, search, done };
  struct Folder {
    std::string name;
    bool configured = true;  // false: only looked into for a mail that appears nowhere else
    bool watched = false;
    bool opens = false;
    std::uint64_t first_new = 1;  // UIDs from here on may be new
  };
  enum class Course { unsent, under_way, ended };
  struct Mail {
    Course course = Course::unsent;
    Timestamp sent_at;
  };

  void body_begun(const Response& /*so_far*/, std::uint64_t /*size*/) override {}
  void body_bytes(std::string_view /*bytes*/) override {}
  void number_found(std::uint64_t /*number*/) override { found_ = true; }
  void response(const Response& response) override;
  void untagged(const Response& response);
  void listed(const Response& response);
  void answered(const Response& response);
  void opened(const Response& response);

  void open_next();
  void try_idle();
  void say_folders();
  void get_ready();
  void look_again();
  void look_into(std::size_t folder);
  void search_for(std::size_t mail);
  void searched();
  void round_ended();
  void wait_or_give_up();
  void give_up();

  [[nodiscard]] bool pending(std::size_t mail) const { return mails_[mail].course == Course::under_way; }
  [[nodiscard]] bool any(Course course) const;
  [[nodiscard]] std::string watched_names() const;
  void say(std::string what, InboxHealthState state, std::string code, std::string detail);
  void send(Step step, const std::string& command);
  void wake_after(Milliseconds wait);
  void end();
  ExaminationActions finish();

  ExaminationOptions options_;
  std::vector<Transfer> transfers_;
  ResponseReader reader_;
  ExaminationActions actions_;
  Timestamp now_;
  Step step_ = Step::capability;
  int commands_sent_ = 0;

  bool has_idle_ = false;
  bool has_id_ = false;
  std::vector<std::string> listed_;
  std::vector<Folder> folders_;
  std::vector<std::string> complaints_;
  std::size_t folder_ = 0;
  std::size_t mail_ = 0;
  bool found_ = false;
  bool elsewhere_ = false;  // folders that are not read are looked into, once
  std::vector<Mail> mails_;
  std::optional<Timestamp> give_up_at_;
};

}  // namespace inboxd::connectors::email::imap
