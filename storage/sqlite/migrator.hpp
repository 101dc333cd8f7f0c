// Brings a database to the newest schema, step by step, each in a transaction of its own; keeps a copy of what was
// there before. Called by open.cpp, before anything else uses the file.
#pragma once

#include <filesystem>
#include <vector>

#include "schemas/types/time.hpp"
#include "storage/open.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/sql_steps.hpp"

namespace inboxd::storage::sqlite {

/// False (with `error`) for a database that a newer program has written. Throws StorageFailure for broken machines.
bool migrate(Connection& connection, const std::vector<SqlStep>& steps, const std::filesystem::path& directory,
             Timestamp now, OpenError& error);

/// How many steps the database has seen; 0 when it is new.
int steps_seen(Connection& connection);

}  // namespace inboxd::storage::sqlite
