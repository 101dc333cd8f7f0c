// The text and the quoting for a shell. Called by demo.cpp once; never prints.
#include "daemon/app/demo_words.hpp"

#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "daemon/app/demo_page.hpp"
#include "daemon/app/demo_stories.hpp"

namespace inboxd::app {
namespace {

constexpr std::string_view scheme = "http://";

constexpr auto welcome = R"(
inboxd demo: the real daemon on a temporary store, with simulated customers.

  Address  {origin}
  Inboxes  {inboxes}, website
  Chat     {page}
  Agent    {email}
  Token    {token}

Open a second terminal, then copy and paste:

1. List the conversations
{list}

2. Answer {customer}, and see here how the answer arrives
{answer}

3. Follow every event as a JSON line
{tail}

4. Be a customer yourself: open {page} in a browser, and chat

Programs follow the stream: WebSocket ws://{host}/v1/stream, subprotocol inboxd.v1.
Other commands work too: {status}
Ctrl-C ends the demo and removes {folder}.

← a customer does something   → an answer reaches a customer
)";

std::string curl(const DemoFacts& facts, const std::string& rest) {
  return "curl -sS -w '\\n' -H " + shell_word("Authorization: Bearer " + facts.token) + ' ' + rest;
}

std::string answer_line(const DemoFacts& facts) {
  const boost::json::object body{{"text", facts.first_answer}};
  const auto url = facts.origin + "/v1/conversations/" + to_string(facts.first_conversation) + "/messages";
  return curl(facts, "-H 'Content-Type: application/json' -d " + shell_word(boost::json::serialize(body)) + ' ' + url);
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
  const auto command = [&](const std::string& name) {
    return shell_word(facts.program) + ' ' + name + " --config " + shell_word(facts.config_file);
  };
  return fmt::format(welcome, fmt::arg("origin", facts.origin), fmt::arg("host", facts.origin.substr(scheme.size())),
                     fmt::arg("inboxes", fmt::join(demo_inboxes(), ", ")), fmt::arg("email", facts.email),
                     fmt::arg("page", facts.origin + demo_page_path), fmt::arg("token", facts.token),
                     fmt::arg("list", curl(facts, facts.origin + "/v1/conversations")),
                     fmt::arg("customer", facts.first_customer), fmt::arg("answer", answer_line(facts)),
                     fmt::arg("tail", command("tail")), fmt::arg("status", command("status")),
                     fmt::arg("folder", facts.folder));
}

}  // namespace inboxd::app
