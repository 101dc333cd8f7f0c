// Which master key seals this store's secrets: the config's, or one of its own in `{directory}/master.key`; and the
// pass that seals again what another key, or none, holds. Called by open.cpp.
#pragma once

#include <memory>

#include "storage/open.hpp"
#include "storage/seal.hpp"
#include "storage/sqlite/connection.hpp"

namespace inboxd::storage::sqlite {

/// Finds or makes the key, and brings every secret under it. Null (with `error`) when a secret is sealed by a key that
/// nobody gave.
std::shared_ptr<const Seal> prepare_seal(Connection& connection, const std::filesystem::path& directory,
                                         const KeySettings& settings, KeyReport& report, OpenError& error);

/// Whose value a sealed one is.
std::string place_of_state(InboxId inbox);

}  // namespace inboxd::storage::sqlite
