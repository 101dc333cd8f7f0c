// What the people of the desk do: agents by commands over their streams, an operator by the commands of the machine.
// Chooses among what the log has shown so far; refusals are part of the game.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/simulation/client.hpp"

namespace inboxd::simulation {

class PeopleAtWork {
 public:
  PeopleAtWork(World& world, std::vector<std::unique_ptr<Client>>& clients) : world_(world), clients_(clients) {}

  /// Adds them to the store, once.
  static void hire(core::Context& context);
  /// An agent at a connected client asks for something.
  void agent_acts(Client& client);
  void operator_acts(Life& life);
  /// Lets every paused inbox send again.
  void resume_inboxes(Life& life);

 private:
  Intent reply();
  Intent change_conversation();
  Intent change_reply();
  Intent settle_reply();
  Intent change_contacts(const Client& client);
  void change_rights(Life& life);
  void cancel_a_send(Life& life);

  std::string a_conversation();
  std::string a_reply();

  World& world_;
  std::vector<std::unique_ptr<Client>>& clients_;
  std::int64_t next_key_ = 1;
};

}  // namespace inboxd::simulation
