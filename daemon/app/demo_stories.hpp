// Who the demo's customers are and what they do when: the screenplay of `inboxd demo`, as values. Read by
// demo_customers, which plays it; nothing here waits or sends.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "schemas/types/time.hpp"

namespace inboxd::app {

struct DemoCustomer {
  std::string id;
  std::string name;
  std::string language;
  std::string inbox;
  /// What is said to each answer, in this order; later answers get a thumb.
  std::vector<std::string> replies;
};

enum class Deed {
  types,          // shows as typing
  writes,         // `text`
  sends_picture,  // with `text` as its caption
  corrects,       // the customer's last message, to `text`
  reacts,         // to the customer's last message, with the emoji `text`
};

enum class Occasion { always, unanswered };

struct Moment {
  Milliseconds at;  // from the beginning
  std::size_t customer;
  Deed deed;
  std::string text = {};
  Occasion occasion = Occasion::always;
};

struct Screenplay {
  std::vector<DemoCustomer> customers;
  /// In the order of time. The first opens the first conversation, which the demo's first words speak of.
  std::vector<Moment> moments;
  /// The answer that those words propose.
  std::string first_answer;
};

std::vector<std::string> demo_inboxes();
Screenplay demo_screenplay();

}  // namespace inboxd::app
