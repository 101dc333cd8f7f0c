// Reading a contact's identities, for both halves of the contact table.
#pragma once

#include <vector>

#include "schemas/types/contact.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {

/// Ascending by id.
std::vector<Identity> identities_of(Connection& connection, ContactId contact);

}  // namespace inboxd::storage::sqlite
