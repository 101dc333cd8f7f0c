// Feeding and asking the full-text index. FTS5 keeps its own copy of the text: fed late from outside content it would
// need the old text to delete it, and damage itself without (https://www.sqlite.org/fts5.html, section 4.4.4).
#include "storage/sqlite/search.hpp"

#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/query.hpp"
#include "storage/store.hpp"

namespace inboxd::storage::sqlite {
namespace {

constexpr std::size_t words_max = 16;        // more words narrow nothing that a person means
constexpr std::size_t word_bytes_max = 128;  // longer words are cut
constexpr int format = 2;                    // raised when the index has to be built anew
constexpr int checkpoint_pages = 4000;
/// Ranking costs time for each hit, so only this many of the newest hits are ranked.
constexpr int ranked_hits_max = 20000;

/// Subjects stand behind all messages: the newest hits are ranked, and a subject is worth it whatever its age.
constexpr std::int64_t subject_rowid_base = std::int64_t{1} << 62;

constexpr Sql create_tables =
    "DROP TABLE IF EXISTS message_text; DROP TABLE IF EXISTS position;"
    "CREATE VIRTUAL TABLE message_text USING fts5(text, conversation UNINDEXED, inbox UNINDEXED, "
    "tokenize = 'unicode61 remove_diacritics 2');"
    "CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 1), epoch TEXT NOT NULL, sequence INTEGER NOT NULL) "
    "STRICT;"
    "INSERT INTO position (id, epoch, sequence) VALUES (1, '', 0);"
    "PRAGMA user_version = 2;";

constexpr ConnectionOptions writer_options{Access::write, Durability::normal, "PRAGMA cache_size = -2048"};
constexpr ConnectionOptions reader_options{Access::read_only, Durability::normal, "PRAGMA cache_size = -1024"};

/// One transaction; what throws inside takes all of it back.
template <class Work>
void in_transaction(Connection& connection, Work&& work) {
  connection.checkpoint_when(checkpoint_pages);
  execute(connection, "BEGIN IMMEDIATE");
  try {
    work();
    execute(connection, "COMMIT");
  } catch (...) {
    if (connection.in_transaction()) execute(connection, "ROLLBACK");
    throw;
  }
}

class SqliteSearchWriter final : public SearchWriter {
 public:
  SqliteSearchWriter(const std::filesystem::path& file, std::shared_ptr<void> lock)
      : lock_(std::move(lock)), connection_(file, writer_options) {
    if (stored_format() != format) reset();
    [[maybe_unused]] const auto readable = cursor();
  }

  [[nodiscard]] Cursor cursor() const override {
    Query query(connection_, "SELECT epoch, sequence FROM position");
    if (!query.next()) throw StorageFailure(FailureKind::corrupt, "search.db has no position");
    Cursor cursor;
    query.read(cursor.epoch, cursor.sequence);
    return cursor;
  }

  void apply(const std::vector<SearchDocument>& documents, const Cursor& cursor) override {
    in_transaction(connection_, [&] {
      for (const auto& document : documents) put(document);
      execute(connection_, "UPDATE position SET epoch = $1, sequence = $2", cursor.epoch, cursor.sequence);
    });
  }

  void reset() override {
    in_transaction(connection_, [&] { connection_.run_script(create_tables); });
  }

 private:
  int stored_format() {
    Query query(connection_, "PRAGMA user_version");
    query.next();
    return query.value<int>();
  }

  void put(const SearchDocument& document) {
    const auto rowid = document.message ? document.message->value : subject_rowid_base + document.conversation.value;
    if (document.text.empty()) {
      execute(connection_, "DELETE FROM message_text WHERE rowid = $1", rowid);
      return;
    }
    execute(connection_,
            "INSERT OR REPLACE INTO message_text (rowid, text, conversation, inbox) VALUES ($1, $2, $3, $4)", rowid,
            document.text, document.conversation, document.inbox);
  }

  std::shared_ptr<void> lock_;
  mutable Connection connection_;
};

class SqliteSearchReader final : public SearchReader {
 public:
  SqliteSearchReader(const std::filesystem::path& file, std::shared_ptr<void> lock)
      : lock_(std::move(lock)), connection_(file, reader_options) {}

  [[nodiscard]] std::vector<ConversationId> find(std::string_view words, const std::vector<InboxId>& inboxes,
                                                 int limit) const override {
    std::vector<ConversationId> conversations;
    const auto expression = match_expression(words);
    if (expression.empty()) return conversations;
    Query query(connection_,
                "SELECT conversation, min(hit_rank) AS best FROM (SELECT conversation, rank AS hit_rank "
                "FROM message_text WHERE message_text MATCH $1 AND ($2 IS NULL OR inbox IN (SELECT value FROM "
                "json_each($2))) ORDER BY rowid DESC LIMIT $4) GROUP BY conversation "
                "ORDER BY best, conversation DESC LIMIT $3",
                expression, inboxes.empty() ? std::nullopt : std::optional(id_list(inboxes)), limit, ranked_hits_max);
    while (query.next()) conversations.push_back(query.value<ConversationId>());
    return conversations;
  }

 private:
  std::shared_ptr<void> lock_;
  mutable Connection connection_;
};

std::unique_ptr<SearchWriter> open_or_replace(const std::filesystem::path& file, const std::shared_ptr<void>& lock) {
  try {
    return std::make_unique<SqliteSearchWriter>(file, lock);
  } catch (const StorageFailure& failure) {
    if (failure.kind() != FailureKind::corrupt) throw;
  }
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  return std::make_unique<SqliteSearchWriter>(file, lock);
}

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

/// Letters, digits and anything beyond ASCII; a word of punctuation alone matches nothing at all.
bool is_searchable(std::string_view word) {
  return std::any_of(word.begin(), word.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c & 0x80) != 0;
  });
}

void append_quoted(std::string& expression, std::string_view word) {
  expression += '"';
  for (const char c : word.substr(0, word_bytes_max)) expression += c == '"' ? ' ' : c;
  expression += '"';
}

}  // namespace

std::string match_expression(std::string_view words) {
  std::string expression;
  std::size_t count = 0;
  for (std::size_t at = 0; at < words.size() && count < words_max;) {
    const auto start = std::find_if_not(words.begin() + static_cast<std::ptrdiff_t>(at), words.end(), is_space);
    const auto end = std::find_if(start, words.end(), is_space);
    const std::string_view word(start, end);
    at = static_cast<std::size_t>(end - words.begin());
    if (!is_searchable(word)) continue;
    if (count++ > 0) expression += ' ';
    append_quoted(expression, word);
  }
  if (count > 0) expression += " *";
  return expression;
}

OpenedSearch open_search(const std::filesystem::path& file, const std::shared_ptr<void>& lock) {
  return {open_or_replace(file, lock), [file, lock] { return std::make_unique<SqliteSearchReader>(file, lock); }};
}

}  // namespace inboxd::storage::sqlite
