// How often each blob is referred to. Called by the tables whose rows name blobs, in the statement's own transaction.
#pragma once

#include <string_view>

#include "schemas/types/time.hpp"
#include "storage/sqlite/connection.hpp"

namespace inboxd::storage::sqlite {

/// Nothing for an empty hash. `at`: a blob is not taken away for a while after its newest reference.
void add_blob_reference(Connection& connection, std::string_view hash, Timestamp at);
void drop_blob_reference(Connection& connection, std::string_view hash);

}  // namespace inboxd::storage::sqlite
