// The demo's simulated customers: they follow the screenplay, get what agents send, read it and say thanks. They know
// the daemon only by its webhooks (demo_webhooks) and by the routes of their provider (demo_provider), which calls
// them; never its store. Everything on the net thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/app/demo_stories.hpp"
#include "daemon/app/demo_webhooks.hpp"
#include "daemon/clock/clock.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::app {

/// A message of an agent, as the provider got it.
struct DemoReply {
  std::string to;
  std::string text;
  std::size_t files = 0;
};

class DemoCustomers {
 public:
  struct Surroundings {
    const Clock& clock;
    Later& later;
    DemoWebhooks& webhooks;
    const DemoAddress& address;
    /// One line for whoever watches the demo.
    std::function<void(const std::string&)> print;
  };

  DemoCustomers(Screenplay play, Surroundings surroundings);

  /// The first moment alone; `opened` once its message is in the inbox. Its line is printed by go_on().
  void open(std::function<void()> opened);
  /// The rest of the screenplay, at its pace.
  void go_on();

  /// The provider's id of the message. Whoever is not of the cast is somebody new.
  Result<std::string> receive(const std::string& inbox, const DemoReply& reply);
  /// What happened to a message, by its provider's id, in words: "sees it changed to …". Refused: nobody has it.
  Result<void> tell(const std::string& inbox, const std::string& message, const std::string& what);
  /// What a customer sees of the desk at work: "sees you typing". Nothing for somebody unknown.
  void notice(const std::string& inbox, const std::string& customer, const std::string& what);

 private:
  struct Person {
    DemoCustomer who;
    std::size_t messages = 0;
    std::size_t answers = 0;
    std::string last_message;
  };
  struct Sent {
    std::string message;
    std::size_t person;
  };

  void act(const Moment& moment);
  void say(std::size_t person, boost::json::object event, const std::string& what);
  void react_to_answer(std::size_t person, const std::string& message);
  void thank(std::size_t person, std::size_t answer, const std::string& message);
  [[nodiscard]] boost::json::object event(const std::string& type, const Person& person) const;
  [[nodiscard]] boost::json::object new_message(std::size_t person, const std::string& text);
  [[nodiscard]] std::optional<std::size_t> find(const std::string& inbox, const std::string& id) const;
  void remember(const std::string& message, std::size_t person);

  Surroundings with_;
  std::vector<Moment> moments_;
  std::vector<Person> people_;
  std::deque<Sent> sent_;
  std::uint64_t replies_ = 0;
  /// Lines wait here until go_on(), so that the demo's first words stand before them.
  std::vector<std::string> held_lines_;
  std::function<void()> opened_;
};

/// One line for a terminal: cut, and without control characters.
std::string demo_line(const std::string& text);

}  // namespace inboxd::app
