// A customer who connects to us by themselves (a widget on a page): who holds one visitor token.
#pragma once

#include <optional>
#include <string>

#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd {

struct VisitorTag {
  static constexpr std::string_view prefix = "vi";
};
using VisitorId = Id<VisitorTag>;

struct Visitor {
  VisitorId id;
  InboxId inbox;
  std::string handle;                  // ours, random: the identity's, until somebody vouches for the person
  std::optional<IdentityId> identity;  // absent until the first message, or until a known customer is recognised
  std::string subject;                 // the user's id in the company's own system, vouched for; empty: anonymous
  std::string name;                    // vouched for with it
  std::string email;                   // vouched for with it
  std::string language;                // BCP 47, as the browser says
  bool fields_given = false;           // the questions before the first message are answered
  Timestamp created_at;
  Timestamp last_seen_at;
  std::optional<Timestamp> ended_at;  // signed out: the token is worth nothing any more

  friend bool operator==(const Visitor&, const Visitor&) = default;
};

}  // namespace inboxd
