// A contact as one agent may see it: identities of other inboxes are left out.
#pragma once

#include <algorithm>

#include "schemas/types/agent.hpp"
#include "schemas/types/contact.hpp"

namespace inboxd::http {

inline Contact cut_to_inboxes(Contact contact, const Agent& viewer) {
  std::erase_if(contact.identities, [&](const Identity& identity) { return !viewer.sees(identity.inbox); });
  return contact;
}

}  // namespace inboxd::http
