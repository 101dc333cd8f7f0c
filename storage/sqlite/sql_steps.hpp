// The numbered steps of schemas/sql/steps, built into the program by CMake; the migrator runs those that a database
// has not seen.
#pragma once

#include <string_view>
#include <vector>

namespace inboxd::storage {

struct SqlStep {
  int number = 0;
  std::string_view name;
  std::string_view sql;
};

/// Ascending by number, without gaps, from 1.
const std::vector<SqlStep>& sql_steps();

}  // namespace inboxd::storage
