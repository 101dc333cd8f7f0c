// The store over one database file: its writer, its readers, its epoch. Made by open.cpp once the schema is right.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/open.hpp"
#include "storage/seal.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {

/// What writers and readers share, and what must outlive them.
struct StoreContext {
  std::filesystem::path file;
  std::string epoch;
  std::shared_ptr<void> lock;
  std::shared_ptr<const Seal> seal;  // null: opened without the master key
  std::atomic<bool> has_writer{false};
};

/// Of copy.cpp: see OpenedStore::copy_into.
bool copy_database(const StoreContext& context, const std::filesystem::path& file, const CopyWatch& watch);

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::shared_ptr<StoreContext> context) : context_(std::move(context)) {}

  std::unique_ptr<Writer> open_writer() override;
  std::unique_ptr<Reader> open_reader() override;
  [[nodiscard]] std::string epoch() const override { return context_->epoch; }

 private:
  std::shared_ptr<StoreContext> context_;
};

}  // namespace inboxd::storage::sqlite
