// Every pair of states, against the rule as the public contract words it.
#include "daemon/core/messages/delivery_state.hpp"

#include <map>
#include <set>

#include "tests/support/catch.hpp"

namespace inboxd::core {
namespace {

using S = DeliveryState;

TEST_CASE("delivery: states only advance, failed follows sent but not delivered, uncertain becomes any later truth") {
  const std::map<S, std::set<S>> allowed{
      {S::queued, {S::sending, S::sent, S::delivered, S::read, S::failed}},
      {S::sending, {S::sent, S::delivered, S::read, S::failed, S::uncertain}},
      {S::uncertain, {S::sent, S::delivered, S::read, S::failed}},
      {S::sent, {S::delivered, S::read, S::failed}},
      {S::failed, {S::delivered, S::read}},
      {S::delivered, {S::read}},
      {S::read, {}},
  };
  for (const auto& [from, name] : EnumNames<S>::table)
    for (const auto& [to, other] : EnumNames<S>::table) {
      INFO(name << " to " << other);
      CHECK(may_become(from, to) == (allowed.at(from).count(to) == 1));
    }
}

}  // namespace
}  // namespace inboxd::core
