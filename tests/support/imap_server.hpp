// A small mail server without I/O for one folder: what it is told, it answers as RFC 3501 has it. Tests let it lose
// messages, renumber them and cut its connections off.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace inboxd::test {

class ImapServer {
 public:
  std::map<std::uint32_t, std::string> messages;  // by UID
  std::uint32_t uidnext = 1;
  std::uint64_t uidvalidity = 7;
  /// Asked for bodies: these are gone by then.
  std::uint32_t vanishes_every = 0;
  /// The connection ends with these, as Dovecot's does where it cannot read a message …
  std::set<std::uint32_t> unreadable;
  /// … or not even measure it.
  std::set<std::uint32_t> unmeasurable;

  void deliver(std::string body) { messages.emplace(uidnext++, std::move(body)); }
  /// The client's next connection.
  void connect() {
    heard_.clear();
    idle_tag_.clear();
    gone_ = false;
  }
  [[nodiscard]] bool idles() const { return !idle_tag_.empty(); }
  [[nodiscard]] std::string exists() const { return "* " + std::to_string(messages.size()) + " EXISTS\r\n"; }

  /// What the client wrote; gives the answers.
  std::string hear(std::string_view bytes) {
    heard_ += bytes;
    std::string answers;
    for (auto end = heard_.find("\r\n"); end != std::string::npos; end = heard_.find("\r\n")) {
      const std::string line = heard_.substr(0, end);
      heard_.erase(0, end + 2);
      if (gone_) continue;
      answers += line == "DONE" ? std::exchange(idle_tag_, {}) + " OK done\r\n" : answer(line);
    }
    return answers;
  }

 private:
  std::string answer(const std::string& line) {
    const auto space = line.find(' ');
    const std::string tag = line.substr(0, space);
    const std::string command = line.substr(space + 1);
    const std::string ok = tag + " OK done\r\n";
    if (command == "CAPABILITY") return "* CAPABILITY IMAP4rev1 IDLE\r\n" + ok;
    if (command.starts_with("EXAMINE"))
      return exists() + "* OK [UIDVALIDITY " + std::to_string(uidvalidity) + "] x\r\n* OK [UIDNEXT " +
             std::to_string(uidnext) + "] x\r\n" + ok;
    if (command.starts_with("UID SEARCH UID ")) return found(number_at(command, 15)) + ok;
    if (command == "IDLE") {
      idle_tag_ = tag;
      return "+ idling\r\n";
    }
    if (command.find("RFC822.SIZE") != std::string::npos) return sizes(command.substr(10)) + (gone_ ? "" : ok);
    if (command.starts_with("UID FETCH ")) return body(number_at(command, 10)) + (gone_ ? "" : ok);
    return tag + " BAD what?\r\n";
  }

  static std::uint32_t number_at(const std::string& text, std::size_t at) {
    return static_cast<std::uint32_t>(std::stoul(text.substr(at)));
  }

  /// "n:*" holds the last message whatever n is.
  std::string found(std::uint32_t first) {
    std::string line = "* SEARCH";
    auto at = messages.lower_bound(first);
    if (at == messages.end() && !messages.empty()) --at;
    for (; at != messages.end(); ++at) line += ' ' + std::to_string(at->first);
    return line + "\r\n";
  }

  std::string sizes(const std::string& set) {
    std::string lines;
    for (std::size_t at = 0; at < set.size() && set[at] != ' ';) {
      const auto end = set.find_first_of(", ", at);
      const std::string range = set.substr(at, end - at);
      const auto colon = range.find(':');
      const auto first = number_at(range, 0);
      const auto last = colon == std::string::npos ? first : number_at(range, colon + 1);
      for (auto it = messages.lower_bound(first); it != messages.end() && it->first <= last; ++it) {
        if (unmeasurable.contains(it->first)) return lines + goodbye();
        lines += "* 1 FETCH (UID " + std::to_string(it->first) + " RFC822.SIZE " + std::to_string(it->second.size()) +
                 " INTERNALDATE \"22-Nov-2025 07:00:00 +0000\")\r\n";
      }
      at = set[end] == ',' ? end + 1 : set.size();
    }
    return lines;
  }

  std::string body(std::uint32_t uid) {
    if (vanishes_every > 0 && uid % vanishes_every == 0) messages.erase(uid);
    const auto found = messages.find(uid);
    if (found == messages.end()) return "";
    if (unreadable.contains(uid)) return goodbye();
    return "* 1 FETCH (UID " + std::to_string(uid) + " BODY[] {" + std::to_string(found->second.size()) + "}\r\n" +
           found->second + ")\r\n";
  }

  std::string goodbye() {
    gone_ = true;
    return "* BYE FETCH failed: Internal error occurred.\r\n";
  }

  bool gone_ = false;
  std::string heard_;
  std::string idle_tag_;
};

}  // namespace inboxd::test
