// Transactions: the writer's groups with a savepoint for each command, and the readers' moments.
#include "storage/sqlite/sqlite_store.hpp"

#include <stdexcept>
#include <string_view>

#include "storage/sqlite/query.hpp"
#include "storage/sqlite/tables.hpp"

namespace inboxd::storage::sqlite {
namespace {

/// The engine's own default of 1,000 pages costs a factor of two to four in commits per second.
constexpr int checkpoint_pages = 16000;

void note_waiting_work(void* changed, int, const char*, const char* table, sqlite3_int64) {
  const std::string_view name(table);
  if (name == "outbox" || name == "timers" || name == "inboxes") *static_cast<bool*>(changed) = true;
}

class SqliteWriter final : public Writer {
 public:
  explicit SqliteWriter(std::shared_ptr<StoreContext> context)
      : context_(std::move(context)), connection_(context_->file, {}), tables_(connection_, context_->seal.get()) {
    sqlite3_update_hook(connection_.handle(), note_waiting_work, &waiting_work_changed_);
  }
  ~SqliteWriter() override { context_->has_writer = false; }

  void begin() override {
    // Before the group and not after its commit: nobody waits for an acknowledgement that is already true.
    connection_.checkpoint_when(checkpoint_pages);
    waiting_work_changed_ = false;
    tables_.events().forget_head();
    execute(connection_, "BEGIN IMMEDIATE");
  }
  void savepoint() override {
    tables_.events().store_head();
    execute(connection_, "SAVEPOINT command");
  }
  void release() override { execute(connection_, "RELEASE command"); }
  void rollback_to_savepoint() override {
    tables_.events().forget_head();
    execute(connection_, "ROLLBACK TO command");
    execute(connection_, "RELEASE command");
  }
  void commit() override {
    tables_.events().store_head();
    execute(connection_, "COMMIT");
    tables_.events().forget_head();
  }
  void rollback() override {
    tables_.events().forget_head();
    if (in_transaction()) execute(connection_, "ROLLBACK");
  }
  [[nodiscard]] bool in_transaction() const override { return connection_.in_transaction(); }
  [[nodiscard]] std::int64_t changes() const override { return connection_.changes(); }
  [[nodiscard]] bool waiting_work_changed() const override { return waiting_work_changed_; }
  Tables& tables() override { return tables_; }
  void begin_new_epoch(std::string_view epoch) override {
    constexpr std::size_t digits_max = 16;
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
    if (epoch.empty() || epoch.size() > digits_max || epoch.find_first_not_of(digits) != std::string_view::npos)
      throw std::invalid_argument("an epoch is 1 to 16 of [0-9a-z]");
    execute(connection_, "UPDATE meta SET value = $1 WHERE name = 'epoch'", epoch);
  }

 private:
  std::shared_ptr<StoreContext> context_;
  bool waiting_work_changed_ = false;
  Connection connection_;
  SqliteTables tables_;
};

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(std::shared_ptr<StoreContext> context)
      : context_(std::move(context)),
        connection_(context_->file, {.access = Access::read_only, .cache_size = "PRAGMA cache_size = -2048"}),
        tables_(connection_, context_->seal.get()) {}

  void read(const std::function<void(const Tables&)>& fn) override {
    execute(connection_, "BEGIN");
    try {
      fn(tables_);
    } catch (...) {
      if (connection_.in_transaction()) execute(connection_, "ROLLBACK");
      throw;
    }
    execute(connection_, "COMMIT");
  }

 private:
  std::shared_ptr<StoreContext> context_;
  Connection connection_;
  const SqliteTables tables_;
};

}  // namespace

std::unique_ptr<Writer> SqliteStore::open_writer() {
  if (context_->has_writer.exchange(true)) throw std::logic_error("the store has a writer already");
  try {
    return std::make_unique<SqliteWriter>(context_);
  } catch (...) {
    context_->has_writer = false;
    throw;
  }
}

std::unique_ptr<Reader> SqliteStore::open_reader() { return std::make_unique<SqliteReader>(context_); }

}  // namespace inboxd::storage::sqlite
