// Turns an engine's result code into what the caller must do: a StorageFailure, or logic_error for our own mistakes.
#pragma once

#include <string_view>

#include <sqlite3.h>

namespace inboxd::storage::sqlite {

/// Always throws. `while_doing` is a verb phrase or the statement's text; values never appear.
[[noreturn]] void raise_failure(sqlite3* database, int code, std::string_view while_doing);

}  // namespace inboxd::storage::sqlite
