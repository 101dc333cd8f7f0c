// A small, strict SMTP server on loopback (RFC 5321): takes one mail a connection in the right order only, remembers
// it, and at a step of the test's choice answers otherwise, cuts the connection or says nothing.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/scripted_server.hpp"

namespace inboxd {

struct SmtpMail {
  std::string sender;     // what stood behind "MAIL FROM:"
  std::string recipient;  // what stood behind "RCPT TO:"
  std::string text;       // without doubled dots
};

class SmtpServer {
 public:
  using Script = std::map<std::string, std::string>;
  static constexpr std::string_view cut = "cut";
  static constexpr std::string_view hang = "hang";

  /// `script`: a reply, `cut` or `hang`, by step: "greeting", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "body" (after its
  /// first line), "dot", "QUIT", "NOOP". Extensions are announced as they stand.
  explicit SmtpServer(Script script = {}, std::vector<std::string> extensions = {"8BITMIME"})
      : script_(std::move(script)), extensions_(std::move(extensions)), server_([this](ScriptedConnection& connection) {
          Session session{*this, connection};
          session.run();
        }) {}

  [[nodiscard]] std::string url() const { return "smtp://127.0.0.1:" + std::to_string(server_.port()); }
  [[nodiscard]] std::vector<SmtpMail> mails() const {
    const std::lock_guard lock(mutex_);
    return mails_;
  }
  [[nodiscard]] std::vector<std::string> commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  [[nodiscard]] int connections() const { return server_.connections(); }

 private:
  struct Session {
    SmtpServer& server;
    ScriptedConnection& connection;
    SmtpMail mail = {};
    std::string expected = "EHLO";

    void run() {
      if (!say("greeting", "220 double ready")) return;
      while (const auto line = connection.read_line()) {
        server.note(*line);
        if (!take(*line)) return;
      }
    }

    bool take(const std::string& line) {
      const std::string verb = line.substr(0, 4);
      if (verb == "QUIT") return say("QUIT", "221 bye") && false;
      if (verb == "NOOP") return say("NOOP", "250 ok");
      if (verb == "EHLO") return greet();
      if (verb == "AUTH") return log_in();
      if (verb != expected) return say("order", "503 not now");
      if (verb == "MAIL") return step("MAIL", "RCPT", mail.sender, line);
      if (verb == "RCPT") return step("RCPT", "DATA", mail.recipient, line);
      if (verb == "DATA") return take_body();
      return say("order", "502 what");
    }
    bool log_in() {
      if (server.script_.contains("AUTH")) return say("AUTH", "");
      connection.write("334 \r\n");
      return connection.read_line() && say("AUTH", "235 welcome");
    }
    bool greet() {
      std::string reply;
      for (const auto& extension : server.extensions_) reply += "250-" + extension + "\r\n";
      expected = "MAIL";
      return say("EHLO", reply + "250 HELP");
    }
    bool step(const std::string& name, std::string next, std::string& into, const std::string& line) {
      into = line.substr(line.find(':') + 1);
      if (!server.script_.contains(name)) expected = std::move(next);
      return say(name, "250 ok");
    }
    bool take_body() {
      if (!say("DATA", "354 go on")) return false;
      if (server.script_.contains("DATA")) return true;
      while (const auto line = connection.read_line()) {
        if (*line == ".") return finish();
        mail.text += (line->starts_with('.') ? line->substr(1) : *line) + "\r\n";
        if (server.script_.contains("body")) return say("body", "");
      }
      return false;
    }
    bool finish() {
      if (!server.script_.contains("dot")) {
        const std::lock_guard lock(server.mutex_);
        server.mails_.push_back(mail);
      }
      expected = "MAIL";
      return say("dot", "250 taken as 42");
    }
    /// False: the connection ends here.
    bool say(const std::string& name, std::string_view usual) {
      const auto scripted = server.script_.find(name);
      const std::string_view reply = scripted == server.script_.end() ? usual : std::string_view(scripted->second);
      if (reply == cut) return false;
      if (reply == hang) {
        connection.wait_until_closed();
        return false;
      }
      connection.write(std::string(reply) + "\r\n");
      return true;
    }
  };

  void note(const std::string& command) {
    const std::lock_guard lock(mutex_);
    commands_.push_back(command);
  }

  Script script_;
  std::vector<std::string> extensions_;
  mutable std::mutex mutex_;  // guards the two below
  std::vector<SmtpMail> mails_;
  std::vector<std::string> commands_;
  ScriptedServer server_;  // last: its threads use what is above
};

}  // namespace inboxd
