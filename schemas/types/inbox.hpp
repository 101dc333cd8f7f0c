// A configured account of a channel, as the store knows it.
#pragma once

#include <optional>
#include <string>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

struct InboxHealth {
  InboxHealthState state = InboxHealthState::healthy;
  std::string code;    // stable, for alerts
  std::string detail;  // what a person must do
  Timestamp since;

  friend bool operator==(const InboxHealth&, const InboxHealth&) = default;
};

struct Inbox {
  InboxId id;
  std::string name;
  std::string connector;
  std::string account;  // the provider's id, empty until known
  bool enabled = true;
  bool removed = false;  // no longer in the config: kept, disabled
  InboxHealth health;
  /// Outgoing mail stands still until a person acts ("pause"), with the reason that they are told.
  std::optional<std::string> outbound_paused;
  std::int64_t version = 1;

  friend bool operator==(const Inbox&, const Inbox&) = default;
};

}  // namespace inboxd
