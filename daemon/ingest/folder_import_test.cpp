// Histories out of folders: merged by time, ended, gone on with, and apart from the connections that bring the news.
#include "daemon/ingest/folder_import.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_desk.hpp"

namespace inboxd::ingest {
namespace {

using std::chrono::days;

struct Archive : StreamDesk {
  /// The first connection is the one that brings the news.
  auto& folder(std::size_t number) { return connections.at(number); }
  FolderImportState progress() { return folders.state().value(); }
  /// As they were stored.
  std::string order() {
    return read([&](const storage::Tables& tables) {
      std::string ids;
      for (std::int64_t id = 1; const auto message = tables.messages().find(MessageId{id}); ++id)
        ids += (ids.empty() ? "" : " ") + message->external_id.value_or("?");
      return ids;
    });
  }

  FolderImport folders{
      {channels(), bus, readers, connections, transfers, blobs, clock, random, background, follow_up, observer},
      [](const std::string&) { return days{3}; }};
};

TEST_CASE("a history is brought over a connection of its own, closed, and its places are forgotten when it is done") {
  Archive desk;
  desk.connections.last().connect();
  REQUIRE(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
  REQUIRE(desk.connections.count() == 2);
  desk.folder(1).connect();
  desk.folder(1).feed("#2\n+m1@4\n=1\n");
  CHECK(desk.progress().step == FolderImportStep::reading);
  CHECK(desk.progress().stored == 1);
  CHECK(desk.progress().expected == 2);
  CHECK(desk.state("import folder INBOX") == "1");
  desk.folder(1).feed("+m2@5\n=2\n.\n");
  CHECK(desk.progress().step == FolderImportStep::done);
  CHECK(desk.progress().tally.imported == 2);
  CHECK(desk.state("import folder INBOX").empty());
  CHECK(desk.folder(0).open);
  CHECK(desk.health().state == InboxHealthState::healthy);
  const auto conversation = desk.read([&](const storage::Tables& tables) {
    return *tables.conversations().find(tables.messages().find(MessageId{1})->conversation);
  });
  CHECK(conversation.status == ConversationStatus::closed);
  CHECK(conversation.unread == 0);
  CHECK(desk.observer.stored == 0);
}

TEST_CASE("folders are merged by when their messages were written") {
  Archive desk;
  REQUIRE(desk.folders.begin({"mail", {"INBOX", "Sent"}, {}, ConversationStatus::closed}).ok());
  desk.folder(1).connect();
  desk.folder(2).connect();
  desk.folder(1).feed("+q@1\n=1\n+t@3\n=2\n.\n");
  CHECK(desk.messages() == 0);
  desk.folder(2).feed("+a@2\n=1\n");
  CHECK(desk.order() == "q@1 a@2");
  desk.folder(2).feed("+b@5\n=2\n.\n");
  CHECK(desk.order() == "q@1 a@2 t@3 b@5");
  CHECK(desk.progress().step == FolderImportStep::done);
}

TEST_CASE("an import that nobody asks for any more rests, and goes on where it was when it is begun again") {
  Archive desk;
  REQUIRE(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
  desk.folder(1).connect();
  desk.folder(1).feed("+m1@1\n=1\n");
  desk.clock.advance(import_lease / 2);
  CHECK(desk.progress().step == FolderImportStep::reading);
  desk.clock.advance(import_lease);
  CHECK(desk.progress().step == FolderImportStep::failed);
  CHECK_FALSE(desk.folder(1).open);
  REQUIRE(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
  desk.connections.last().connect();
  CHECK(desk.connections.last().written == "from[1]");
  desk.connections.last().feed("+m2@2\n=2\n.\n");
  CHECK(desk.progress().tally.imported == 2);
}

TEST_CASE("one import at a time: the same again joins it, another is refused") {
  Archive desk;
  REQUIRE(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
  const auto connections = desk.connections.count();
  CHECK(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
  CHECK(desk.connections.count() == connections);
  CHECK(desk.folders.begin({"mail", {"Archive"}, {}, ConversationStatus::closed}).error().code == ErrorCode::conflict);
  CHECK(desk.folders.begin({"nowhere", {}, {}, ConversationStatus::closed}).error().code == ErrorCode::conflict);
  desk.folders.stop();
  CHECK(desk.folders.begin({"nowhere", {}, {}, ConversationStatus::closed}).error().detail ==
        "there is no inbox nowhere; there are: mail");
}

TEST_CASE("a refused login, a folder that is not there, and a server out of reach end an import with their reason") {
  Archive desk;
  const auto begin = [&] {
    REQUIRE(desk.folders.begin({"mail", {}, {}, ConversationStatus::closed}).ok());
    return desk.connections.count() - 1;
  };
  desk.folder(begin()).close(transfers::ClosedBy::login_refused, "wrong password");
  CHECK(desk.progress().why->code == ErrorCode::unauthenticated);
  const auto second = begin();
  desk.folder(second).connect();
  desk.folder(second).feed("U\n");
  CHECK(desk.progress().why->detail == "no such folder");
  desk.folder(begin()).close();
  CHECK(desk.progress().step == FolderImportStep::reading);
  desk.clock.advance(first_stream_backoff);
  desk.connections.last().close(transfers::ClosedBy::failure, "no route");
  CHECK(desk.progress().why->code == ErrorCode::channel_unavailable);
  desk.write([&](core::Context& context) {
    context.tables.inboxes().set_stream_state(desk.inbox_id, "INBOX", "unknown");
    return true;
  });
  const auto third = begin();
  desk.folder(third).connect();
  CHECK(desk.progress().why->detail == "not yet");
}

}  // namespace
}  // namespace inboxd::ingest
