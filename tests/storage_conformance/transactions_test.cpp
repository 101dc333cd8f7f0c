// What a group of commands may rely on: savepoints, one commit, moments, the order of the log.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

Event some_event(std::int64_t object) {
  Event event;
  event.object = object;
  event.at = at_ms(object);
  return event;
}

std::vector<std::int64_t> sequences(const std::vector<Event>& events) {
  std::vector<std::int64_t> found;
  for (const auto& event : events) found.push_back(event.sequence);
  return found;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a refused command leaves nothing behind and takes no number", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& log = f.tables().events();
  f.writer->savepoint();
  CHECK(log.append(some_event(1)) == 1);
  f.writer->release();
  f.writer->savepoint();
  CHECK(log.append(some_event(2)) == 2);
  f.inbox("gone");
  f.writer->rollback_to_savepoint();
  f.writer->savepoint();
  CHECK(log.append(some_event(3)) == 2);
  f.writer->release();
  f.commit_and_begin();
  CHECK(sequences(log.after(0, 10)) == std::vector<std::int64_t>{1, 2});
  CHECK(log.after(1, 10).at(0).object == 3);
  CHECK_FALSE(f.tables().inboxes().find_by_name("gone"));
}

TEMPLATE_LIST_TEST_CASE("a transaction rolled back leaves nothing behind", "[storage]", BackEnds) {
  Fixture<TestType> f;
  f.conversation();
  f.tables().events().append(some_event(1));
  CHECK(f.writer->in_transaction());
  f.writer->rollback();
  CHECK_FALSE(f.writer->in_transaction());
  f.writer->rollback();
  f.writer->begin();
  CHECK(f.tables().inboxes().list().empty());
  CHECK(f.tables().events().head() == 0);
  CHECK(f.conversation().number == 1000);
}

TEMPLATE_LIST_TEST_CASE("a reader sees one moment, and only what is committed", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto reader = f.opened.store->open_reader();
  f.inbox("uncommitted");
  reader->read([](const Tables& tables) { CHECK(tables.inboxes().list().empty()); });
  f.commit_and_begin();
  reader->read([&](const Tables& tables) {
    CHECK(tables.inboxes().list().size() == 1);
    f.inbox("later");
    f.commit_and_begin();
    CHECK(tables.inboxes().list().size() == 1);
  });
  reader->read([](const Tables& tables) { CHECK(tables.inboxes().list().size() == 2); });
}

TEMPLATE_LIST_TEST_CASE("a reader goes on after a read that threw", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto reader = f.opened.store->open_reader();
  CHECK_THROWS_AS(reader->read([](const Tables&) { throw std::runtime_error("stop"); }), std::runtime_error);
  reader->read([](const Tables& tables) { CHECK(tables.events().head() == 0); });
}

TEMPLATE_LIST_TEST_CASE("a reader may be opened before any writer", "[storage]", BackEnds) {
  const TemporaryFolder folder;
  auto opened = TestType::open(folder.path());
  auto reader = opened.store->open_reader();
  reader->read([](const Tables& tables) { CHECK(tables.inboxes().list().empty()); });
  auto writer = opened.store->open_writer();
  writer->begin();
  writer->tables().events().append(some_event(1));
  writer->commit();
  reader->read([](const Tables& tables) { CHECK(tables.events().head() == 1); });
}

TEMPLATE_LIST_TEST_CASE("there is at most one writer at a time", "[storage]", BackEnds) {
  Fixture<TestType> f;
  CHECK_THROWS_AS(f.opened.store->open_writer(), std::logic_error);
  f.writer->rollback();
  f.writer.reset();
  CHECK(f.opened.store->open_writer() != nullptr);
}

TEMPLATE_LIST_TEST_CASE("what was committed is there after opening again, under the same epoch", "[storage]",
                        BackEnds) {
  const TemporaryFolder folder;
  std::string epoch;
  {
    auto opened = TestType::open(folder.path());
    epoch = opened.store->epoch();
    auto writer = opened.store->open_writer();
    writer->begin();
    writer->tables().events().append(some_event(7));
    writer->commit();
  }
  auto opened = TestType::open(folder.path());
  CHECK(opened.store->epoch() == epoch);
  CHECK_FALSE(epoch.empty());
  CHECK(epoch.size() <= 16);
  CHECK(epoch.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz") == std::string::npos);
  opened.store->open_reader()->read(
      [](const Tables& tables) { CHECK(tables.events().after(0, 10).at(0).object == 7); });
}

TEMPLATE_LIST_TEST_CASE("a new epoch is another life of the same data, for cursors and for the search index",
                        "[storage]", BackEnds) {
  TemporaryFolder folder;
  auto opened = TestType::open(folder.path() / "store");
  const auto before = opened.store->epoch();
  auto writer = opened.store->open_writer();
  writer->begin();
  writer->tables().events().append(some_event(7));
  CHECK_THROWS(writer->begin_new_epoch("no epoch"));
  CHECK_THROWS(writer->begin_new_epoch(""));
  writer->begin_new_epoch("rolledback");
  writer->rollback();
  writer->begin();
  writer->tables().events().append(some_event(7));
  writer->begin_new_epoch("restored7");
  writer->commit();
  opened.search_writer->apply({}, {before, 1});
  writer.reset();
  opened = {};
  opened = TestType::open(folder.path() / "store");
  CHECK(opened.store->epoch() == "restored7");
  CHECK(opened.search_writer->cursor().epoch != opened.store->epoch());
  opened.store->open_reader()->read([](const Tables& tables) { CHECK(tables.events().head() == 1); });
}

TEMPLATE_LIST_TEST_CASE("the log's sequence goes on after its oldest events are removed", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& log = f.tables().events();
  CHECK(log.head() == 0);
  CHECK(log.oldest() == 1);
  for (int object = 1; object <= 5; ++object) log.append(some_event(object));
  CHECK(log.remove_before(at_ms(4), 2) == 2);
  CHECK(log.oldest() == 3);
  CHECK(log.remove_before(at_ms(100), 100) == 3);
  CHECK(log.head() == 5);
  CHECK(log.oldest() == 6);
  CHECK(log.append(some_event(6)) == 6);
}

TEMPLATE_LIST_TEST_CASE("an event comes back as it was appended", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& log = f.tables().events();
  Event event;
  event.type = EventType::conversation_updated;
  event.inbox = InboxId{3};
  event.conversation = ConversationId{4};
  event.object = 4;
  event.version = 17;
  event.actor = {ActorKind::agent, 2};
  event.cause = "conversation.update";
  event.changes = R"({"status":["open","resolved"]})";
  event.at = at_ms(5);
  event.sequence = log.append(event);
  log.append(some_event(9));
  CHECK(log.after(0, 1) == std::vector<Event>{event});
}

TEMPLATE_LIST_TEST_CASE("news of a conversation: what others wrote after a sequence, and edits of the customer's",
                        "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& log = f.tables().events();
  const auto conversation = f.conversation();
  const auto message = f.message(conversation);
  const AgentId reader{2};
  const auto append = [&](EventType type, Actor actor, const std::string& cause) {
    Event event;
    event.type = type;
    event.conversation = conversation.id;
    event.object = message.value;
    event.actor = actor;
    event.cause = cause;
    return log.append(event);
  };
  const auto news_after = [&](std::int64_t sequence) {
    return log.has_news({conversation.id, sequence, reader, "an edit"});
  };
  append(EventType::conversation_updated, {ActorKind::contact, 1}, "x");
  append(EventType::message_created, {ActorKind::agent, reader.value}, "x");
  append(EventType::message_updated, {ActorKind::contact, 1}, "a reaction");
  CHECK_FALSE(news_after(0));
  const auto edit = append(EventType::message_updated, {ActorKind::contact, 1}, "an edit");
  CHECK(news_after(edit - 1));
  CHECK_FALSE(news_after(edit));
  CHECK_FALSE(log.has_news({ConversationId{conversation.id.value + 1}, 0, reader, "an edit"}));
  append(EventType::message_created, {ActorKind::agent, 3}, "x");
  CHECK(news_after(edit));
}

}  // namespace inboxd::storage::conformance
