// Blobs as files: blobs/ab/cdef…, named by the SHA-256 of what they hold. Opened by storage/sqlite/open.cpp.
#pragma once

#include <filesystem>
#include <memory>

#include "storage/blobs.hpp"

namespace inboxd::storage {

/// Creates the folder, and removes what writers of an earlier process left unfinished. Safe from several threads.
std::unique_ptr<Blobs> open_file_blobs(const std::filesystem::path& folder);

}  // namespace inboxd::storage
