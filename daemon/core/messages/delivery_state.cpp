#include "daemon/core/messages/delivery_state.hpp"

namespace inboxd::core {
namespace {

int rank(DeliveryState state) {
  switch (state) {
    case DeliveryState::queued:
      return 0;
    case DeliveryState::sending:
      return 1;
    case DeliveryState::uncertain:
      return 2;
    case DeliveryState::sent:
      return 3;
    case DeliveryState::failed:
      return 4;
    case DeliveryState::delivered:
      return 5;
    case DeliveryState::read:
      return 6;
  }
  return 0;
}

}  // namespace

bool may_become(DeliveryState from, DeliveryState to) {
  // A receipt tells the truth even after a failure that was only announced: delivered and read win over failed.
  if (from == DeliveryState::uncertain) return to == DeliveryState::sent || rank(to) > rank(DeliveryState::sent);
  if (to == DeliveryState::uncertain) return from == DeliveryState::sending;
  if (to == DeliveryState::failed) return rank(from) < rank(DeliveryState::failed);
  return rank(to) > rank(from);
}

}  // namespace inboxd::core
