// The rows that one webhook leaves, as bare statements. A check after each run compares the counts of rows with the
// daemon's, so that the two cannot drift apart unseen.
#include "tests/bench/floor.hpp"

#include <chrono>
#include <cmath>
#include <random>
#include <stdexcept>

#include <fmt/format.h>
#include <sqlite3.h>

#include "schemas/types/time.hpp"
#include "storage/open.hpp"
#include "storage/sqlite/connection.hpp"
#include "tests/bench/sockets.hpp"

namespace inboxd::bench {
namespace {

using storage::sqlite::Connection;

constexpr int checkpoint_pages = 16'000;  // as the daemon's writer
constexpr double vocabulary = 50'000;

/// A prepared statement; a value stands where its number says, so one text may serve twice.
class Statement {
 public:
  Statement(Connection& connection, const std::string& sql) : database_(connection.handle()) {
    if (sqlite3_prepare_v3(database_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr) != SQLITE_OK)
      throw std::runtime_error(sql + ": " + sqlite3_errmsg(database_));
  }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  template <class... Values>
  void run(const Values&... values) {
    int place = 0;
    (bind(++place, values), ...);
    if (sqlite3_step(statement_) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(database_));
    sqlite3_reset(statement_);
  }

 private:
  void bind(int place, std::int64_t value) { sqlite3_bind_int64(statement_, place, value); }
  void bind(int place, const std::string& value) {
    sqlite3_bind_text(statement_, place, value.data(), static_cast<int>(value.size()), SQLITE_STATIC);
  }
  void bind(int place, const char* value) { sqlite3_bind_text(statement_, place, value, -1, SQLITE_STATIC); }

  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// What the daemon knows after understanding a webhook.
struct Row {
  std::int64_t number = 0;    // of the message, from 1
  std::int64_t customer = 0;  // from 1: contact, identity and conversation have this id
  std::string key;
  std::string external_id;
  std::string handle;
  std::string name;
  std::string phone;
  std::string text;
  std::string body;
};

class Loop {
 public:
  explicit Loop(const std::filesystem::path& database) : connection_(database, {}) {}

  /// So that a daemon may go on from here.
  void end() {
    begin_.run();
    tickets_.run(999 + customers_);
    commit_.run();
  }

  void write(const std::vector<Row>& rows, std::size_t first, std::size_t last, std::int64_t now) {
    connection_.checkpoint_when(checkpoint_pages);
    begin_.run();
    for (std::size_t i = first; i < last; ++i) write_row(rows[i], now);
    sequence_.run(events_);
    commit_.run();
  }

 private:
  void write_row(const Row& row, std::int64_t now) {
    const bool fresh = row.customer > customers_;
    seen_.run(row.key, now);
    if (fresh) {
      customers_ = row.customer;
      contact_.run(row.name, now);
      identity_.run(row.customer, row.handle, row.name, row.phone);
      handle_.run(row.handle, row.customer);
      event_.run(++events_, "contact.created", "contact", row.customer, std::int64_t{1}, row.customer, now);
      conversation_.run(999 + row.customer, row.customer, now);
    }
    original_.run(now, row.body);
    message_.run(row.customer, row.customer, row.text, row.external_id, now);
    link_.run(row.number, row.number);
    if (!fresh) touch_.run(row.customer, now, row.number);
    conversation_event_.run(++events_, fresh ? "conversation.created" : "conversation.updated", row.customer,
                            row.customer, row.number, row.customer, now);
    conversation_event_.run(++events_, "message.created", row.customer, row.number, std::int64_t{1}, row.customer, now);
  }

  Connection connection_;
  std::int64_t customers_ = 0;
  std::int64_t events_ = 0;
  Statement begin_{connection_, "BEGIN IMMEDIATE"};
  Statement commit_{connection_, "COMMIT"};
  Statement sequence_{connection_, "UPDATE counters SET value = ?1 WHERE name = 'event_sequence'"};
  Statement tickets_{connection_, "UPDATE counters SET value = ?1 WHERE name = 'ticket_number'"};
  Statement seen_{connection_, "INSERT INTO seen_events (inbox, dedupe_key, seen_at) VALUES (1, ?1, ?2)"};
  Statement contact_{connection_,
                     "INSERT INTO contacts (name, attributes, created_at, updated_at, version) "
                     "VALUES (?1, '{}', ?2, ?2, 1)"};
  Statement identity_{connection_,
                      "INSERT INTO identities (contact, inbox, handle, name, username, phone, verified) "
                      "VALUES (?1, 1, ?2, ?3, '', ?4, 1)"};
  Statement handle_{connection_, "INSERT INTO identity_handles (inbox, handle, identity) VALUES (1, ?1, ?2)"};
  Statement conversation_{connection_,
                          "INSERT INTO conversations (number, inbox, identity, status, priority, subject, created_at, "
                          "updated_at, last_message_at, last_customer_message_at, unread, reply_window_ends_at, "
                          "version) VALUES (?1, 1, ?2, 'open', 'normal', '', ?3, ?3, ?3, ?3, 1, ?3, 1)"};
  Statement original_{connection_,
                      "INSERT INTO raw_originals (inbox, mime, received_at, body) "
                      "VALUES (1, 'application/json', ?1, CAST(?2 AS BLOB))"};
  Statement message_{connection_,
                     "INSERT INTO messages (conversation, inbox, direction, kind, note, author_kind, author_id, text, "
                     "html, content, external_id, created_at, received_at, version) "
                     "VALUES (?1, 1, 'in', 'text', 0, 'contact', ?2, ?3, '', '', ?4, ?5, ?5, 1)"};
  Statement link_{connection_, "INSERT INTO original_messages (original, message) VALUES (?1, ?2)"};
  Statement touch_{connection_,
                   "UPDATE conversations SET last_message_at = ?2, last_customer_message_at = ?2, unread = unread + 1, "
                   "reply_window_ends_at = ?2, updated_at = ?2, version = ?3 WHERE id = ?1"};
  Statement event_{connection_,
                   "INSERT INTO events (sequence, type, inbox, object, version, actor_kind, actor_id, cause, changes, "
                   "happened_at) VALUES (?1, ?2, 1, ?4, ?5, ?3, ?6, 'webhook.receive', '', ?7)"};
  Statement conversation_event_{
      connection_,
      "INSERT INTO events (sequence, type, inbox, conversation, object, version, actor_kind, actor_id, cause, changes, "
      "happened_at) VALUES (?1, ?2, 1, ?3, ?4, ?5, 'contact', ?6, 'message.receive', '', ?7)"};
};

std::vector<Row> make_rows(std::int64_t first, std::int64_t count, const Customers& customers,
                           std::int64_t now_seconds) {
  std::vector<Row> rows;
  for (std::int64_t index = first; index < first + count; ++index) {
    const auto customer = customers.of_message(index);
    Row row;
    row.number = index + 1;
    row.customer = customer + 1;
    row.external_id = message_id(index);
    row.key = "m:" + row.external_id;
    row.handle = customer_handle(customer);
    row.name = fmt::format("Customer {}", customer);
    row.phone = '+' + row.handle;
    row.body = webhook_body(index, customer, now_seconds);
    const auto text = row.body.find("Good morning");
    row.text = row.body.substr(text, row.body.find('"', text) - text);
    rows.push_back(std::move(row));
  }
  return rows;
}

void make_database(const std::filesystem::path& folder, Timestamp now) {
  storage::OpenError error;
  if (!storage::open_store({folder, [] { return std::uint64_t{1}; }, now}, error))
    throw std::runtime_error("no store for the floor: " + error.detail);
  Connection connection(folder / "inboxd.db", {});
  Statement inbox(
      connection,
      "INSERT INTO inboxes (id, name, connector, account, enabled, removed, health_state, health_code, "
      "health_detail, health_since, version) VALUES (1, 'whatsapp', 'whatsapp', '', 1, 0, 'healthy', '', '', 0, 1)");
  inbox.run();
}

}  // namespace

double measure_floor(const std::filesystem::path& folder, std::int64_t messages, const Customers& customers) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  make_database(folder, from_unix_ms(now.count()));
  const auto rows = make_rows(0, customers.count + messages, customers, now.count() / 1000);
  const auto warm = static_cast<std::size_t>(customers.count);
  Nanoseconds started = 0;
  {
    Loop loop(folder / "inboxd.db");
    const auto write = [&](std::size_t first, std::size_t last) {
      for (; first < last; first += floor_group)
        loop.write(rows, first, std::min(first + floor_group, last), now.count());
    };
    write(0, warm);
    started = now_ns();
    write(warm, rows.size());
  }
  const auto took = now_ns() - started;
  return static_cast<double>(messages) * 1e9 / static_cast<double>(took);
}

std::string word(std::int64_t rank) { return fmt::format("word{:x}", rank * 7919 % 65'521); }

void fill_store(const std::filesystem::path& folder, std::int64_t messages, const Customers& customers) {
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  make_database(folder, from_unix_ms(now.count()));
  Loop loop(folder / "inboxd.db");
  std::mt19937_64 random(1);  // the same store each time
  std::uniform_real_distribution<double> share(0, 1);
  for (std::int64_t first = 0; first < messages; first += floor_group) {
    auto rows = make_rows(first, std::min<std::int64_t>(floor_group, messages - first), customers, now.count() / 1000);
    for (auto& row : rows) {
      row.text.clear();
      // Few words are frequent and most are rare: the share of a rank falls with the rank.
      for (int i = 0; i < 12; ++i)
        row.text += word(static_cast<std::int64_t>(std::pow(vocabulary, share(random))) - 1) + ' ';
    }
    if (first + floor_group >= messages) rows.back().text += fmt::format("last{}", messages);
    loop.write(rows, 0, rows.size(), now.count());
  }
  loop.end();
}

std::map<std::string, std::int64_t> count_rows(const std::filesystem::path& database) {
  Connection connection(database, {});
  std::map<std::string, std::int64_t> counts;
  for (const char* table : {"seen_events", "contacts", "identities", "identity_handles", "conversations",
                            "raw_originals", "messages", "original_messages", "events"}) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection.handle(), fmt::format("SELECT count(*) FROM {}", table).c_str(), -1, &statement,
                       nullptr);
    sqlite3_step(statement);
    counts[table] = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
  }
  return counts;
}

}  // namespace inboxd::bench
