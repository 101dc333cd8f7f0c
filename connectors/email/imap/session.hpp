// The commands of one connection to one folder, and what their answers mean. Made by open_mailbox(); the entry calls
// and timers are in session.cpp, opening the folder in session_opening.cpp, what follows in session_catch_up.cpp, what
// the server does not give in session_refusals.cpp.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "connectors/email/imap/backlog.hpp"
#include "connectors/email/imap/cursor.hpp"
#include "connectors/email/imap/downloads.hpp"
#include "connectors/email/imap/mailbox.hpp"
#include "connectors/email/imap/response.hpp"

namespace inboxd::connectors::email::imap {

class Session final : public StreamSession, private ResponseEvents {
 public:
  Session(MailboxOptions options, const std::string& state);

  StreamActions started(Timestamp now) override;
  StreamActions received(std::string_view bytes, Timestamp now) override;
  StreamActions committed(Timestamp now) override;
  StreamActions due(Timestamp now) override;
  StreamActions ending(Timestamp now) override;

 private:
  enum class Phase { opening, catching_up, idle_asked, idle, done_said, waiting, polling };
  enum class Purpose { capability, id, examine, list, last_uid, search, sizes, body, idle, noop };
  /// Tags as send() makes them, the oldest first.
  struct Older {
    bool operator()(const std::string& a, const std::string& b) const {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    }
  };
  using Commands = std::map<std::string, Purpose, Older>;  // by tag

  void body_begun(const Response& so_far, std::uint64_t size) override;
  void body_bytes(std::string_view bytes) override;
  void number_found(std::uint64_t number) override;
  void response(const Response& response) override;

  void untagged(const Response& response);
  void continued();
  void fetched(const Response& response);
  void goodbye(const Response& response);
  void listed(const Response& response);
  void answered(const Response& response);
  void not_accepted(Purpose purpose, const Response& response);

  void capabilities_known();
  void examine();
  void examined();
  void begin_first_time();
  void begin_resync(std::string why);
  void folder_refused(const Response& response);
  void folders_listed();
  static bool is_passing(std::string_view code);
  static bool is_of_the_moment(std::string_view code);

  [[nodiscard]] bool history_is_bounded() const;
  void history_read();
  void search();
  void pump();
  [[nodiscard]] bool may_ask(const Message& message) const;
  void ask_body(Message message);
  [[nodiscard]] std::string body_command(const Message& message) const;
  void body_ended(const Response& response);
  void body_answered(bool accepted, const Response& response);
  [[nodiscard]] bool is_given_up(std::uint32_t uid) const;
  [[nodiscard]] bool is_given_up_unsized(std::uint32_t uid) const;
  void begin_refusals_of(std::uint32_t uid);
  bool is_put_off(const Message& message, const Response& response);
  void message_refused(const Message& message, const std::string& why);
  void refused_by_goodbye(const Response& response);
  bool sizes_refused(const std::string& why);
  void give(const Message& message);
  void caught_up();
  void wait_for_more();
  void say_done();
  void store_cursor();
  [[nodiscard]] std::string context_of(const Message& message) const;

  std::string send(Purpose purpose, std::string_view command);
  void find(InboxHealthState state, std::string code, std::string detail);
  void close(Milliseconds reconnect_after);
  void tell_progress();
  [[nodiscard]] std::optional<Timestamp> deadline() const;
  StreamActions finish();

  MailboxOptions options_;
  Cursor cursor_;
  std::string stored_;  // the last state given to the host
  ResponseReader reader_;
  Backlog backlog_;
  Downloads downloads_;

  StreamActions actions_;
  Timestamp now_;
  Timestamp heard_at_;
  Timestamp asked_at_;
  std::optional<Timestamp> armed_at_;
  Timestamp wait_until_;  // in the phases idle and waiting

  Phase phase_ = Phase::opening;
  Commands commands_;
  std::uint32_t commands_sent_ = 0;
  bool has_idle_ = false;
  bool has_id_ = false;
  bool examining_ = false;
  std::uint64_t exists_ = 0;
  std::uint64_t uidvalidity_ = 0;
  std::uint64_t uidnext_ = 0;  // 0: not told
  bool taking_body_ = false;   // the body that the server sends is the original under way
  bool search_again_ = false;  // something may have arrived since the last search
  std::vector<std::string> folders_;
  std::string refusal_;  // the server's words about the folder

  std::uint64_t catch_up_total_ = 0;
  Timestamp progress_told_at_;
  bool progress_told_ = false;
  bool healthy_told_ = false;
};

}  // namespace inboxd::connectors::email::imap
