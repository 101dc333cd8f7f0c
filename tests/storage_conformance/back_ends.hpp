// The stores that must keep the port's promises. A second engine joins the suite by a type in BackEnds.
#pragma once

#include <filesystem>
#include <string>
#include <tuple>

#include <stdlib.h>
#include <unistd.h>

#include "storage/open.hpp"

namespace inboxd::storage::conformance {

/// A folder of its own that is gone afterwards; in memory where that can be, since every test syncs its files.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto parent = ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "storage-test-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored_at_the_end_of_a_test;
    std::filesystem::remove_all(path_, ignored_at_the_end_of_a_test);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The store of one directory, in SQLite.
struct SqliteBackEnd {
  static OpenedStore open(const std::filesystem::path& directory) {
    OpenError error;
    auto opened =
        open_store({directory, [] { return std::uint64_t{123456789012345}; }, from_unix_ms(1'700'000'000'000)}, error);
    if (!opened) throw std::runtime_error(error.detail);
    return std::move(*opened);
  }
};

using BackEnds = std::tuple<SqliteBackEnd>;

}  // namespace inboxd::storage::conformance
