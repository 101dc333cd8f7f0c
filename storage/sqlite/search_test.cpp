// What is found, for whom, and that nothing a person types is syntax.
#include "storage/sqlite/search.hpp"

#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage::sqlite {
namespace {

using Ids = std::vector<ConversationId>;

struct Index {
  void put(std::int64_t message, std::int64_t conversation, std::int64_t inbox, const std::string& text) {
    search.writer->apply({{MessageId{message}, ConversationId{conversation}, InboxId{inbox}, text}}, {"abc", message});
  }
  Ids find(std::string_view words, const std::vector<InboxId>& inboxes = {}, int limit = 10) {
    auto found = search.open_reader()->find(words, inboxes, limit);
    std::sort(found.begin(), found.end());
    return found;
  }
  static Ids conversations(std::initializer_list<std::int64_t> values) {
    Ids ids;
    for (const auto value : values) ids.push_back({value});
    return ids;
  }

  conformance::TemporaryFolder folder;
  OpenedSearch search = open_search(folder.path() / "search.db", nullptr);
};

}  // namespace

TEST_CASE("every word must be there, the last as a beginning, whatever the accents and case", "[storage]") {
  Index index;
  index.put(1, 10, 1, "Perché l'ordine non è arrivato?");
  index.put(2, 20, 1, "The order has arrived");
  CHECK(index.find("perche") == index.conversations({10}));
  CHECK(index.find("PERCHÉ ordine") == index.conversations({10}));
  CHECK(index.find("arriv") == index.conversations({10, 20}));
  CHECK(index.find("arriv order").empty());
  CHECK(index.find("order arriv") == index.conversations({20}));
  CHECK(index.find("absent").empty());
}

TEST_CASE("conversations are named once, best first, within the inboxes and the limit", "[storage]") {
  Index index;
  index.put(1, 10, 1, "refund");
  index.put(2, 10, 1, "refund again");
  index.put(3, 20, 2, "a refund for something else that takes many more words to say than the others");
  CHECK(index.search.open_reader()->find("refund", {}, 10) == index.conversations({10, 20}));
  CHECK(index.find("refund", {{InboxId{2}}}) == index.conversations({20}));
  CHECK(index.find("refund", {{InboxId{3}}}).empty());
  CHECK(index.find("refund", {}, 1) == index.conversations({10}));
}

TEST_CASE("a document is replaced by its next text and goes with an empty one", "[storage]") {
  Index index;
  index.put(1, 10, 1, "first");
  index.put(1, 10, 1, "second");
  CHECK(index.find("first").empty());
  CHECK(index.find("second") == index.conversations({10}));
  index.put(1, 10, 1, "");
  CHECK(index.find("second").empty());
}

TEST_CASE("a subject is found like a message, beside the message of the same number, and replaced by its next",
          "[storage]") {
  Index index;
  const auto put_subject = [&](const std::string& text) {
    index.search.writer->apply({{{}, ConversationId{1}, InboxId{1}, text}}, {"abc", 9});
  };
  index.put(1, 10, 1, "hello");
  put_subject("Ordine 4711");
  CHECK(index.find("ordine") == index.conversations({1}));
  CHECK(index.find("hello") == index.conversations({10}));
  put_subject("Reso");
  CHECK(index.find("ordine").empty());
  CHECK(index.find("res") == index.conversations({1}));
  put_subject("");
  CHECK(index.find("res").empty());
}

TEST_CASE("nothing that is typed is syntax", "[storage]") {
  Index index;
  index.put(1, 10, 1, "plain text with near and order 42");
  for (const auto* typed :
       {"\"",           "'",        "*",    "(", ")", "a\"b", "NEAR(", "text:", "-", "^", "{x}:", "AND", "OR NOT",
        "text\" OR \"", "\xFF\xFE", "🙂", ":", "+", ";--",  " \t\n"}) {
    INFO(typed);
    CHECK_NOTHROW(index.find(typed));
  }
  CHECK(index.find("conversation:10").empty());
  CHECK(index.find("plain OR absent").empty());
  CHECK(index.find("plain -") == index.conversations({10}));
  CHECK(index.find("order 4") == index.conversations({10}));
  CHECK(match_expression("!? ...").empty());
  CHECK_NOTHROW(index.find(std::string(10'000, 'x')));
  CHECK_NOTHROW(index.find(std::string(10'000, ' ') + "x"));
}

TEST_CASE("the cursor is kept with the documents, and reset empties both", "[storage]") {
  conformance::TemporaryFolder folder;
  const auto file = folder.path() / "search.db";
  {
    auto search = open_search(file, nullptr);
    CHECK(search.writer->cursor() == Cursor{});
    search.writer->apply({{MessageId{1}, ConversationId{2}, InboxId{3}, "word"}}, {"abc", 7});
  }
  auto search = open_search(file, nullptr);
  CHECK(search.writer->cursor() == Cursor{"abc", 7});
  const auto reader = search.open_reader();
  CHECK(reader->find("word", {}, 9).size() == 1);
  search.writer->reset();
  CHECK(search.writer->cursor() == Cursor{});
  CHECK(reader->find("word", {}, 9).empty());
}

}  // namespace inboxd::storage::sqlite
