#include "daemon/app/demo_words.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/demo_stories.hpp"

namespace inboxd::app {
namespace {

std::string curl(const DemoFacts& facts, const std::string& rest) {
  return "curl -sS -w '\\n' -H " + shell_word("Authorization: Bearer " + facts.token) + ' ' + rest + '\n';
}

std::string answer_line(const DemoFacts& facts) {
  const boost::json::object body{{"text", facts.first_answer}};
  const auto url = facts.origin + "/v1/conversations/" + to_string(facts.first_conversation) + "/messages";
  return curl(facts, "-H 'Content-Type: application/json' -d " + shell_word(boost::json::serialize(body)) + ' ' + url);
}

std::string names(const std::vector<std::string>& all) {
  std::string joined;
  for (const auto& name : all) joined += (joined.empty() ? "" : ", ") + name;
  return joined;
}

}  // namespace

std::string shell_word(const std::string& text) {
  constexpr auto plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:=,@%+";
  if (!text.empty() && text.find_first_not_of(plain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

std::string demo_welcome(const DemoFacts& facts) {
  const auto with_config = " --config " + shell_word(facts.config_file);
  const auto host = facts.origin.substr(facts.origin.find("://") + 3);
  return "\ninboxd demo: the real daemon on a temporary store, with simulated customers.\n\n"
         "  Address  " +
         facts.origin +
         "\n"
         "  Inboxes  " +
         names(demo_inboxes()) +
         "\n"
         "  Agent    " +
         facts.email +
         "\n"
         "  Token    " +
         facts.token +
         "\n\n"
         "Open a second terminal, then copy and paste:\n\n"
         "1. List the conversations\n" +
         curl(facts, facts.origin + "/v1/conversations") +
         "\n"
         "2. Answer " +
         facts.first_customer + ", and see here how the answer arrives\n" + answer_line(facts) +
         "\n"
         "3. Follow every event as a JSON line\n" +
         shell_word(facts.program) + " tail" + with_config +
         "\n\n"
         "Programs follow the stream: WebSocket ws://" +
         host +
         "/v1/stream, subprotocol inboxd.v1.\n"
         "Other commands work too, for example: inboxd status" +
         with_config +
         "\n"
         "Ctrl-C ends the demo and removes " +
         facts.folder +
         ".\n\n"
         "← a customer does something   → an answer reaches a customer\n";
}

}  // namespace inboxd::app
