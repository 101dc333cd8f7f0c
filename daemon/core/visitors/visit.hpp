// Who a visitor is: a token's holder, anonymous or vouched for. Anonymous may become known, never the other way, and
// nobody comes into the history of another known customer. Called by daemon/visitors.
#pragma once

#include <optional>
#include <string>

#include "connectors/sdk/visitors.hpp"
#include "daemon/core/context.hpp"
#include "schemas/types/visitor.hpp"

namespace inboxd::core {

struct OpenVisit {
  InboxId inbox;
  std::string token_hash;  // of the token that the client holds; empty: none
  /// For a visitor who is new, or who holds another person's token.
  std::string fresh_token_hash;
  std::string fresh_handle;
  std::optional<connectors::VouchedPerson> person;
  std::string language;
};
/// renewed: the same visitor with the fresh token. Who they are is known now, which makes a token worth more, and the
/// one that they came with may be in other hands.
enum class Arrived { known, renewed, fresh };
struct Visit {
  Visitor visitor;
  Arrived how = Arrived::known;
  std::optional<VisitorId> ended;  // whose token ends with this visit
};
/// Refused: forbidden for somebody anonymous where the inbox wants to know everybody.
Result<Visit> open_visit(Context& context, const connectors::VisitorRules& rules, const OpenVisit& command);

/// Signed out: the token and all sessions made with it are worth nothing from now on.
Result<VisitorId> end_visit(Context& context, InboxId inbox, VisitorId visitor);

/// The visitor of a session as of now.
Result<Visitor> visiting(const storage::Tables& tables, const connectors::VisitorRules& rules, InboxId inbox,
                         VisitorId visitor);

/// As the inbox knows a person whom the company vouches for.
std::string handle_of_subject(const std::string& subject);

}  // namespace inboxd::core
