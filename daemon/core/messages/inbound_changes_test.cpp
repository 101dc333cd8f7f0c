// What customers change afterwards: the newest truth wins, nothing is shown twice, and what is unknown is kept raw.
#include "daemon/core/messages/inbound_changes.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

bool has_original(CoreDesk& desk, std::int64_t number) {
  return desk.read(
      [&](const storage::Tables& tables) { return tables.originals().find(RawOriginalId{number}).has_value(); });
}

TEST_CASE("edits: the text changes, announced by the customer, and an older edit never undoes a newer one") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const auto before = desk.head();
  desk.receive({desk.edited("1", "newer", Milliseconds{2'000})});
  CHECK(desk.log_after(before) == "message.updated");
  CHECK(desk.events_after(before).front().actor.kind == ActorKind::contact);
  const auto message = *desk.by_external("1");
  CHECK(message.text == "newer");
  CHECK(message.version == 2);
  CHECK(desk.events_after(before).front().version == 2);
  desk.receive({desk.edited("1", "older", Milliseconds{1'000})});
  CHECK(*desk.by_external("1") == message);
}

TEST_CASE("edits: one without a time of the provider's counts as of now, not as the oldest") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  desk.receive({desk.edited("1", "first")});
  desk.clock.advance(Milliseconds{1'000});
  auto event = desk.edited("1", "second");
  event.edited_at = Timestamp{};
  desk.receive({event});
  CHECK(desk.by_external("1")->text == "second");
  CHECK(desk.by_external("1")->edited_at == desk.clock.now());
}

TEST_CASE("edits: one of a message that we do not have stays in the raw original and shows nothing") {
  CoreDesk desk;
  const auto before = desk.head();
  desk.receive({desk.edited("unknown", "text")});
  CHECK(desk.head() == before);
  CHECK(has_original(desk, 1));
}

TEST_CASE("changes: those that overtake their message count once it is here, in the order in which they came") {
  CoreDesk desk;
  const auto before = desk.head();
  desk.receive({desk.edited("1", "first", Milliseconds{1'000})});
  auto with_file = desk.edited("1", "second", Milliseconds{2'000});
  with_file.files = EditedFiles{MessageKind::image, {}, {{"ref-1", "photo.jpg", "image/jpeg", 100, ""}}};
  desk.receive({with_file, desk.reacted("1", {"👍"})});
  CHECK(desk.head() == before);
  const auto received = desk.receive({desk.incoming("1")});
  const auto message = *desk.by_external("1");
  CHECK(message.text == "second");
  CHECK(message.reactions.size() == 1);
  CHECK(received.with_attachments == std::vector<MessageId>{message.id});
  CHECK(message.version == 4);
  // The originals that brought them are the message's, to be erased with it.
  CHECK(desk.read([&](const storage::Tables& t) { return t.originals().of_message(message.id).size(); }) == 3);

  desk.receive({desk.incoming("2")});
  CHECK(desk.by_external("2")->text == "text of 2");
}

TEST_CASE("changes: a deletion that overtakes its message shows it as deleted, and once") {
  CoreDesk desk;
  MessageDeleted deletion{{"d:1", ""}, "1", desk.clock.now()};
  desk.receive({deletion});
  desk.receive({desk.incoming("1")});
  CHECK(desk.by_external("1")->deleted_at == desk.clock.now());
  desk.receive({desk.incoming("1"), deletion});
  CHECK(desk.by_external("1")->version == 2);
}

TEST_CASE("changes: a reaction that overtakes the answer to our own send counts once that names the message") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  const MessageId reply{desk.send(desk.ann, CoreDesk::text(desk.with("anna").id, "answer")).value().id};
  desk.claim(reply);
  desk.receive({desk.reacted("w1", {"❤"})});
  CHECK(desk.message(reply).reactions.empty());
  desk.settle(reply, Accepted{{"w1"}});
  CHECK(desk.message(reply).reactions.size() == 1);
}

TEST_CASE("changes: what was parked goes with its original") {
  CoreDesk desk;
  desk.receive({desk.edited("1", "too late")});
  desk.write([&](Context& context) {
    return context.tables.originals().remove_before(context.now + std::chrono::days{1}, 10);
  });
  desk.receive({desk.incoming("1")});
  CHECK(desk.by_external("1")->text == "text of 1");
}

TEST_CASE("edits: a replaced file takes the place of the one before and is fetched; the same file stays") {
  CoreDesk desk;
  auto original = desk.incoming("1");
  original.kind = MessageKind::image;
  original.attachments = {{"ref-1", "photo.jpg", "image/jpeg", 100, ""}};
  desk.receive({original});
  const auto before = desk.by_external("1")->attachments.at(0);

  auto caption = desk.edited("1", "a caption", Milliseconds{1'000});
  caption.files = EditedFiles{MessageKind::image, {}, {{"ref-1-again", "photo.jpg", "image/jpeg", 100, ""}}};
  CHECK(desk.receive({caption}).with_attachments.empty());
  CHECK(desk.by_external("1")->attachments == std::vector<Attachment>{before});

  auto replaced = desk.edited("1", "another", Milliseconds{2'000});
  replaced.files = EditedFiles{MessageKind::video,
                               {MediaContent{false, true, false, 3}, {}, false, ""},
                               {{"ref-2", "v.mp4", "video/mp4", 7, ""}}};
  const auto received = desk.receive({replaced});
  const auto message = *desk.by_external("1");
  CHECK(received.with_attachments == std::vector<MessageId>{message.id});
  CHECK(message.kind == MessageKind::video);
  CHECK(std::holds_alternative<MediaContent>(message.content.detail));
  REQUIRE(message.attachments.size() == 1);
  CHECK(message.attachments.front().name == "v.mp4");
  CHECK(message.attachments.front().state == AttachmentState::pending);
}

TEST_CASE("edits: new content alone leaves the text; a deleted message is not edited any more") {
  CoreDesk desk;
  desk.receive({desk.incoming("1")});
  auto moved = desk.edited("1", "");
  moved.content = Content{LocationContent{1, 2, "", "", "", 60}, {}, false, ""};
  desk.receive({moved});
  CHECK(desk.by_external("1")->text == "text of 1");
  CHECK(desk.by_external("1")->content == *moved.content);
  MessageDeleted gone;
  gone.origin.dedupe_key = "d:1";
  gone.external_id = "1";
  gone.deleted_at = desk.clock.now();
  const auto before = desk.head();
  desk.receive({gone});
  CHECK(desk.log_after(before) == "message.updated");
  CHECK(desk.by_external("1")->deleted_at == desk.clock.now());
  desk.receive({desk.edited("1", "late", Milliseconds{9'000})});
  CHECK(desk.by_external("1")->text == "text of 1");
}

TEST_CASE("edits: a change of ours by another program names no agent who did not make it") {
  CoreDesk desk;
  auto echo = desk.incoming("1");
  echo.direction = Direction::out;
  desk.receive({echo});
  const auto before = desk.head();
  desk.receive({desk.edited("1", "changed")});
  CHECK(desk.events_after(before).front().actor == Actor{ActorKind::system, 0});
}

TEST_CASE("reactions: one author's are replaced and taken back, others' stay, and none is ever a message") {
  CoreDesk desk;
  desk.receive({desk.incoming("1", "group")});
  const auto conversation = desk.with("group");
  const auto before = desk.head();
  desk.receive({desk.reacted("1", {"+"}, "anna"), desk.reacted("1", {"!"}, "bruno"), desk.reacted("1", {"-"}, "anna")});
  auto reactions = desk.by_external("1")->reactions;
  REQUIRE(reactions.size() == 2);
  CHECK((reactions[0].emoji == "-" || reactions[1].emoji == "-"));
  desk.receive({desk.reacted("1", {}, "anna")});
  reactions = desk.by_external("1")->reactions;
  REQUIRE(reactions.size() == 1);
  CHECK(reactions[0].author.name == "Name of bruno");
  CHECK(desk.by_external("1")->version == 5);
  CHECK(desk.messages(conversation.id).size() == 1);
  CHECK(desk.with("group") == conversation);
  CHECK(desk.log_after(before).find("message.created") == std::string::npos);
}

TEST_CASE("reactions: one to a message that we do not have stays in the raw original") {
  CoreDesk desk;
  desk.receive({desk.reacted("unknown", {"+"})});
  CHECK(has_original(desk, 1));
  CHECK_FALSE(desk.identity("anna"));
}

IdentityChanged blocked(const CoreDesk& desk, const std::string& key, bool reachable) {
  IdentityChanged event;
  event.origin.dedupe_key = key;
  event.identity = CoreDesk::person("anna");
  event.reachable = reachable;
  event.activity = {reachable ? "contact_unblocked" : "contact_blocked", ""};
  event.at = desk.clock.now();
  return event;
}

TEST_CASE("identities: blocked and unblocked is told in an open conversation and opens none") {
  CoreDesk desk;
  desk.receive({blocked(desk, "b1", false)});
  CHECK(desk.identity("anna")->unreachable_since == desk.clock.now());
  desk.receive({desk.incoming("1")});
  const auto conversation = desk.with("anna").id;
  desk.receive({blocked(desk, "b1 again", false)});
  const auto before = desk.head();
  const auto version = desk.contact(desk.identity("anna")->contact).version;
  desk.receive({blocked(desk, "b2", true)});
  CHECK_FALSE(desk.identity("anna")->unreachable_since);
  CHECK(desk.log_after(before) == "contact.updated message.created");
  CHECK(desk.contact(desk.identity("anna")->contact).version == version + 1);
  CHECK(desk.messages(conversation).back().kind == MessageKind::activity);
  ChangeConversation close;
  close.conversation = conversation;
  close.status = ConversationStatus::closed;
  REQUIRE(desk.change(desk.ann, close));
  desk.receive({blocked(desk, "b3", false)});
  CHECK(desk.with("anna").id == conversation);
  CHECK(desk.messages(conversation).size() == 3);
}

TEST_CASE("identities: a new number is followed, the old one still finds the person, the contact's version grows") {
  CoreDesk desk;
  desk.receive({desk.incoming("1", "old-number")});
  const auto before = *desk.identity("old-number");
  const auto head = desk.head();
  IdentityChanged event;
  event.origin.dedupe_key = "n1";
  event.identity.handle = "new-number";
  event.identity.aliases = {"old-number"};
  event.at = desk.clock.now();
  desk.receive({event});
  const auto after = *desk.identity("old-number");
  CHECK(after.id == before.id);
  CHECK(after.handle == "new-number");
  CHECK(desk.log_after(head).find("contact.updated") == 0);
  CHECK(desk.events_after(head).back().version == desk.contact(after.contact).version);
  desk.receive({desk.incoming("2", "new-number")});
  CHECK(desk.messages(desk.with("old-number").id).size() == 2);
}

TEST_CASE("notices: one that needs a person shows in the inbox's health, once") {
  CoreDesk desk;
  AccountNotice notice;
  notice.origin.dedupe_key = "a1";
  notice.subject = "quality";
  notice.detail = "the account's quality is low";
  notice.needs_person = true;
  const auto before = desk.head();
  desk.receive({notice});
  CHECK(desk.log_after(before) == "inbox.health");
  CHECK(desk.inbox(desk.shop.id).health.state == InboxHealthState::degraded);
  notice.origin.dedupe_key = "a2";
  desk.receive({notice});
  CHECK(desk.log_after(before) == "inbox.health");
}

}  // namespace
}  // namespace inboxd::core
