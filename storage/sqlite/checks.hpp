// What must hold of a database before anything is served from it, or before a copy of it is trusted. Called by open.cpp
// at each start (cheap at any size) and by inspect.cpp for backups (everything).
#pragma once

#include "storage/sqlite/connection.hpp"

namespace inboxd::storage::sqlite {

/// The small tables page by page, and that the counters agree with the large ones. Throws StorageFailure(corrupt).
void check_counters(Connection& connection);
/// Every page, every index, every foreign key.
void check_everything(Connection& connection);

}  // namespace inboxd::storage::sqlite
