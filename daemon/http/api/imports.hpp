// The admin socket's part of `inboxd import`: originals that the command reads from a file, and folders that the daemon
// reads by itself while the command asks how far it is. What an import does is daemon/ingest's.
#pragma once

#include "daemon/http/router.hpp"
#include "daemon/ingest/file_import.hpp"
#include "daemon/ingest/folder_import.hpp"

namespace inboxd::http {

/// Of one request with small originals; a larger one comes alone, up to `import_large_bytes_max`.
inline constexpr std::uint64_t import_portion_bytes_max = std::uint64_t{4} << 20U;
inline constexpr std::uint64_t import_large_bytes_max = std::uint64_t{64} << 20U;

struct ImportRoutes {
  ingest::FileImport& files;
  ingest::FolderImport& folders;
};

void add_import_routes(Router& router, ImportRoutes imports);

}  // namespace inboxd::http
