// A person or group we talk with, and the identities by which channels know them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd {

struct Identity {
  IdentityId id;
  ContactId contact;
  InboxId inbox;
  std::string inbox_name;  // read only: joined
  std::string connector;   // read only: joined
  std::string handle;
  std::vector<std::string> aliases;
  std::string name;
  std::string username;
  std::string phone;
  bool verified = true;
  std::optional<Timestamp> unreachable_since;  // blocked us, or the address bounces

  friend bool operator==(const Identity&, const Identity&) = default;
};

struct Contact {
  ContactId id;
  std::string name;
  std::vector<Identity> identities;
  std::optional<std::string> tier;
  std::optional<std::string> language;
  std::map<std::string, std::string> attributes;
  std::optional<ContactId> merged_into;
  Timestamp created_at;
  Timestamp updated_at;
  std::int64_t version = 1;

  friend bool operator==(const Contact&, const Contact&) = default;
};

}  // namespace inboxd
