// Plays a mail server's lines to a mailbox session and writes down what the session does, one line for each thing:
// what a test expects is a text. A script played in other portions reads the same.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "connectors/email/imap/mailbox.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd::test {

struct Line {
  std::string bytes;  // without the last CRLF
};
struct Commits {
  int count = 1;
};
struct Passes {
  Milliseconds span;  // then due() is called
};
struct Ends {};
using ScriptStep = std::variant<Line, Commits, Passes, Ends>;
using Script = std::vector<ScriptStep>;

class ImapScript {
 public:
  ImapScript(connectors::email::MailboxOptions options, const std::string& state)
      : session_(connectors::email::open_mailbox(std::move(options), state)) {
    note(session_->started(now_));
  }

  /// The lines of the server go in portions of `portion` bytes.
  void play(const Script& script, std::size_t portion) {
    for (const auto& step : script) {
      if (closed_) return;
      if (const auto* line = std::get_if<Line>(&step)) {
        receive(line->bytes + "\r\n", portion);
      } else if (const auto* commits = std::get_if<Commits>(&step)) {
        for (int i = 0; i < commits->count; ++i) note(session_->committed(now_));
      } else if (const auto* passes = std::get_if<Passes>(&step)) {
        now_ += passes->span;
        note(session_->due(now_));
      } else {
        note(session_->ending(now_));
      }
    }
  }

  /// All that happened so far; bytes of an original that came in several pieces are one.
  std::string take() { return std::exchange(said_, {}); }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  void receive(const std::string& bytes, std::size_t portion) {
    for (std::size_t at = 0; at < bytes.size() && !closed_; at += portion)
      note(session_->received(std::string_view(bytes).substr(at, portion), now_));
  }

  void note(const connectors::StreamActions& actions) {
    for (const auto& piece : actions.pieces) note(piece);
    for (std::size_t at = 0; at < actions.write.size();) {
      const auto end = actions.write.find("\r\n", at);
      say("C " + actions.write.substr(at, end - at));
      at = end + 2;
    }
    if (actions.finding)
      say(std::string(enum_name(actions.finding->state)) + ' ' + actions.finding->code + ": " +
          actions.finding->detail);
    closed_ = closed_ || actions.close;
    if (actions.close) say("close " + std::to_string(actions.reconnect_after.count()));
  }

  void note(const connectors::StreamPiece& piece) {
    if (const auto* bytes = std::get_if<connectors::OriginalBytes>(&piece)) {
      body_ += bytes->bytes;
    } else if (const auto* end = std::get_if<connectors::OriginalEnd>(&piece)) {
      say("original " + std::exchange(body_, {}) + '\n' + end->context + '\n' + end->state);
    } else if (std::holds_alternative<connectors::OriginalDropped>(piece)) {
      body_.clear();
      say("dropped");
    } else if (const auto* moved = std::get_if<connectors::StateMoved>(&piece)) {
      say("state " + moved->state);
    }
  }

  void say(const std::string& line) { said_ += line + '\n'; }

  std::unique_ptr<connectors::StreamSession> session_;
  Timestamp now_ = from_unix_seconds(1'763'800'000);  // 2025-11-22T08:26:40Z
  std::string body_;
  std::string said_;
  bool closed_ = false;
};

}  // namespace inboxd::test
