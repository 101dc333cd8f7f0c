// Replies, notes, first messages: what is refused, what is stored, what enters the outbox.
#include "daemon/core/messages/reply.hpp"

#include "daemon/core/messages/outbound.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

using std::chrono::hours;

struct Talking : CoreDesk {
  Talking() { clock.advance(Milliseconds{1}); }
  ConversationId conversation = [this] {
    receive({incoming("1")});
    return with("anna").id;
  }();
  Cursor seen = now();
  Cursor now() { return {"epoch1", head()}; }

  ErrorCode refusal(const Agent& agent, const SendMessage& command) {
    const auto before = head();
    const auto result = send(agent, command);
    REQUIRE_FALSE(result);
    CHECK(head() == before);
    return result.error().code;
  }
  SendMessage seen_text() {
    auto command = text(conversation, "answer");
    command.if_seen = seen;
    return command;
  }
};

TEST_CASE("reply: it is queued in the outbox, its agent the author and actor, and the conversation is read") {
  Talking desk;
  const auto before = desk.head();
  desk.clock.advance(hours{1});
  const auto outcome = desk.send(desk.ann, CoreDesk::text(desk.conversation, "answer")).value();
  CHECK(desk.log_after(before) == "message.created conversation.updated");
  CHECK(outcome.sequence == desk.head());
  for (const auto& event : desk.events_after(before)) CHECK(event.actor == Actor{ActorKind::agent, desk.ann.id.value});
  const auto message = desk.message(MessageId{outcome.id});
  CHECK(message.author.id == desk.ann.id.value);
  CHECK(message.direction == Direction::out);
  CHECK(message.delivery->state == DeliveryState::queued);
  CHECK(desk.due().size() == 1);
  CHECK(desk.conversation_row(desk.conversation).unread == 0);
  CHECK(desk.conversation_row(desk.conversation).last_message_at == desk.clock.now());
}

TEST_CASE("reply: a note never reaches the outbox and leaves unread as it is") {
  Talking desk;
  auto note = CoreDesk::text(desk.conversation, "for us");
  note.note = true;
  const auto message = desk.message(MessageId{desk.send(desk.ann, note).value().id});
  CHECK(message.direction == Direction::internal);
  CHECK_FALSE(message.delivery);
  CHECK(desk.due().empty());
  CHECK(desk.conversation_row(desk.conversation).unread == 1);
  note.message_template = OutboundTemplate{"greeting", "en", "[]"};
  CHECK(desk.refusal(desk.ann, note) == ErrorCode::bad_request);
}

TEST_CASE("if_seen: one's own messages, notes, activity, reactions and receipts do not move a conversation") {
  Talking desk;
  REQUIRE(desk.send(desk.ann, CoreDesk::text(desk.conversation, "mine")));
  auto note = CoreDesk::text(desk.conversation, "a colleague's note");
  note.note = true;
  REQUIRE(desk.send(desk.bob, note));
  auto activity = desk.incoming("2");
  activity.kind = MessageKind::activity;
  ChangeConversation tag;
  tag.conversation = desk.conversation;
  tag.tags = std::vector<std::string>{"vip"};
  REQUIRE(desk.change(desk.bob, tag));
  desk.receive({activity, desk.reacted("1", {"+"}), desk.incoming("3", "somebody-else")});
  CHECK(desk.send(desk.ann, desk.seen_text()));
}

TEST_CASE("if_seen: a customer's message, their edit, a colleague's reply and one by another program do") {
  Talking desk;
  SECTION("a message") { desk.receive({desk.incoming("2")}); }
  SECTION("an edit") { desk.receive({desk.edited("1", "changed")}); }
  SECTION("a colleague's reply") { REQUIRE(desk.send(desk.bob, CoreDesk::text(desk.conversation, "mine"))); }
  SECTION("another program's") {
    auto echo = desk.incoming("2");
    echo.direction = Direction::out;
    desk.receive({echo});
  }
  SECTION("a message behind many events that do not count") {
    for (int i = 0; i < 250; ++i) desk.receive({desk.reacted("1", {"+"})});
    desk.receive({desk.incoming("2")});
  }
  CHECK(desk.refusal(desk.ann, desk.seen_text()) == ErrorCode::conversation_moved);
  desk.seen = desk.now();
  CHECK(desk.send(desk.ann, desk.seen_text()));
}

TEST_CASE("if_seen: another epoch, a cursor beyond the head and one older than the log are said plainly") {
  Talking desk;
  auto command = desk.seen_text();
  command.if_seen = Cursor{"epoch0", 1};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::epoch_changed);
  command.if_seen = Cursor{"epoch1", desk.head() + 1};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::epoch_changed);
  desk.write([&](Context& context) { return context.tables.events().remove_before(context.now + hours{1}, 3); });
  command.if_seen = Cursor{"epoch1", 1};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::resync_required);
}

TEST_CASE("reply: closed windows take a template only, disabled inboxes and closed conversations nothing but notes") {
  Talking desk;
  desk.shop.channel->can.reply_window = hours{24};
  desk.receive({desk.incoming("2")});
  auto command = CoreDesk::text(desk.conversation, "answer");
  CHECK(desk.send(desk.ann, command));
  desk.clock.advance(hours{24});
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::window_closed);
  command.message_template = OutboundTemplate{"greeting", "en", "[]"};
  CHECK(desk.send(desk.ann, command));
  command.message_template.reset();

  ChangeConversation close;
  close.conversation = desk.conversation;
  close.status = ConversationStatus::closed;
  REQUIRE(desk.change(desk.ann, close));
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::conflict);
  command.note = true;
  CHECK(desk.send(desk.ann, command));
}

TEST_CASE("reply: on an inbox that is no longer configured it is refused channel_unavailable") {
  Talking desk;
  const ConfiguredChannels none;
  const auto refused = desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return send_message(context, principal, CoreDesk::text(desk.conversation, "answer"), {none, "epoch1"});
  });
  CHECK(refused.error().code == ErrorCode::channel_unavailable);
}

TEST_CASE("reply: attachments must be free uploads of one's own, each once") {
  Talking desk;
  const auto upload = [&](const Agent& agent) {
    return desk.write([&](Context& context) {
      storage::AttachmentRow row;
      row.attachment.mime = "image/png";
      row.attachment.state = AttachmentState::ready;
      row.blob_hash = std::string(64, 'a');
      row.uploader = agent.id;
      row.created_at = context.now;
      return context.tables.attachments().insert(row);
    });
  };
  const auto mine = upload(desk.ann);
  auto command = CoreDesk::text(desk.conversation, "");
  command.attachments = {upload(desk.bob)};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
  command.attachments = {mine, mine};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
  command.attachments = {AttachmentId{999}};
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
  command.attachments = {mine};
  CHECK(desk.message(MessageId{desk.send(desk.ann, command).value().id}).kind == MessageKind::image);
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
}

TEST_CASE("reply: an upload that the html shows is handed to the channel with the name by which it does") {
  Talking desk;
  const auto upload = [&] {
    return desk.write([&](Context& context) {
      storage::AttachmentRow row;
      row.attachment.name = "a.png";
      row.attachment.mime = "image/png";
      row.attachment.state = AttachmentState::ready;
      row.blob_hash = std::string(64, 'a');
      row.uploader = desk.ann.id;
      row.created_at = context.now;
      return context.tables.attachments().insert(row);
    });
  };
  const auto shown = upload();
  const auto beside = upload();
  auto command = CoreDesk::text(desk.conversation, "look");
  command.attachments = {shown, beside};
  const auto name = to_string(shown);
  // A longer number is another upload's.
  command.html = "<img src=\"cid:" + name + "\"><img src=\"cid:" + to_string(beside) + "0\">";
  const auto sent = desk.send(desk.ann, command);
  REQUIRE(sent);
  const auto row = desk.outbox_row(MessageId{sent.value().id});
  const auto outbound =
      desk.read([&](const storage::Tables& tables) { return assemble_outbound(tables, row).value(); });
  REQUIRE(outbound.attachments.size() == 2);
  CHECK(outbound.attachments[0].content_id == name);
  CHECK(outbound.attachments[1].content_id.empty());
}

TEST_CASE("reply: its shape is bounded, and it quotes only messages of its conversation") {
  Talking desk;
  CHECK(desk.refusal(desk.ann, CoreDesk::text(desk.conversation, "")) == ErrorCode::bad_request);
  CHECK(desk.refusal(desk.ann, CoreDesk::text(desk.conversation, std::string(text_bytes_max + 1, 'a'))) ==
        ErrorCode::payload_too_large);
  auto command = CoreDesk::text(desk.conversation, "answer");
  command.attachments.assign(attachments_max + 1, AttachmentId{1});
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
  command.attachments.clear();
  desk.receive({desk.incoming("2", "bruno")});
  command.reply_to = desk.by_external("2")->id;
  CHECK(desk.refusal(desk.ann, command) == ErrorCode::bad_request);
  command.reply_to = desk.by_external("1")->id;
  const MessageId sent{desk.send(desk.ann, command).value().id};
  CHECK(desk.claim(sent)->outbound.reply_to == "1");
}

TEST_CASE("reply: who does not see the inbox hears 404, in every command") {
  Talking desk;
  const auto message = desk.by_external("1")->id;
  CHECK(desk.refusal(desk.eve, CoreDesk::text(desk.conversation, "answer")) == ErrorCode::not_found);
  const auto code = [&](const AgentCommand& command) { return desk.act(desk.eve, command).error().code; };
  CHECK(code([&](Context& c, const Agent& a) {
          return edit_message(c, a, {message, "x", ""}, desk.surroundings());
        }) == ErrorCode::not_found);
  CHECK(code([&](Context& c, const Agent& a) { return delete_message(c, a, message, desk.surroundings()); }) ==
        ErrorCode::not_found);
  CHECK(code([&](Context& c, const Agent& a) {
          return react_to_message(c, a, {message, "+"}, desk.surroundings());
        }) == ErrorCode::not_found);
  CHECK(code([&](Context& c, const Agent& a) {
          return start_conversation(c, a, {"shop", "new", "x", "", {}}, desk.surroundings());
        }) == ErrorCode::not_found);
}

Result<Outcome> start(CoreDesk& desk, const StartConversation& command) {
  return desk.act(desk.ann, [&](Context& context, const Agent& principal) {
    return start_conversation(context, principal, command, desk.surroundings());
  });
}

TEST_CASE("start: a new conversation is announced before its message, an open one is used, refusals leave no contact") {
  CoreDesk desk;
  const auto before = desk.head();
  const auto outcome = start(desk, {"shop", "new", "hello", "subject", {}}).value();
  CHECK(desk.log_after(before) == "contact.created conversation.created message.created");
  CHECK(outcome.kind == ObjectKind::conversation);
  CHECK(outcome.sequence == desk.head());
  CHECK(desk.with("new").subject == "subject");
  CHECK(desk.with("new").unread == 0);
  CHECK(start(desk, {"shop", "new", "again", "", {}}).value().id == outcome.id);
  CHECK(start(desk, {"shop", "other", "too long", "", {}}).error().code == ErrorCode::bad_request);
  CHECK(start(desk, {"shop", "other", "", "", {}}).error().code == ErrorCode::bad_request);
  CHECK(start(desk, {"shop", "other", "hello", std::string(1'001, 's'), {}}).error().code == ErrorCode::bad_request);
  CHECK(start(desk, {"nowhere", "other", "hello", "", {}}).error().code == ErrorCode::not_found);
  desk.shop.channel->can.reply_window = hours{24};
  CHECK(start(desk, {"shop", "other", "hello", "", {}}).error().code == ErrorCode::window_closed);
  CHECK_FALSE(desk.identity("other"));
}

struct Changing : Talking {
  MessageId reply{send(ann, text(conversation, "answer")).value().id};
  void accepted() {
    claim(reply);
    settle(reply, Accepted{{"w1"}});
  }
  Result<Outcome> edit(const std::string& words) {
    return act(bob, [&](Context& c, const Agent& a) { return edit_message(c, a, {reply, words, ""}, surroundings()); });
  }
  /// The provider's answer to the newest change.
  void settle_change(const SendOutcome& outcome) {
    const auto rows = due();
    REQUIRE(rows.size() == 1);
    settle_attempt(rows.front(), rows.front().attempt, outcome);
  }
};

TEST_CASE("change: an edit shows only once the provider agreed; before it reached the customer there is none") {
  Changing desk;
  CHECK(desk.edit("better").error().code == ErrorCode::conflict);
  desk.accepted();
  REQUIRE(desk.edit("better"));
  CHECK(desk.message(desk.reply).text == "answer");
  const auto before = desk.head();
  desk.settle_change(Accepted{{}});
  CHECK(desk.message(desk.reply).text == "better");
  CHECK(desk.message(desk.reply).edited_at == desk.clock.now());
  CHECK(desk.log_after(before) == "message.updated");
}

TEST_CASE("change: a refused, lost or given up edit is told in the conversation and changes nothing") {
  Changing desk;
  desk.accepted();
  REQUIRE(desk.edit("better"));
  const auto before = desk.message(desk.reply);
  SECTION("refused") { desk.settle_change(Rejected{"too_old", "too old to edit", false}); }
  SECTION("lost") { desk.settle_change(Unknown{"the answer was lost"}); }
  SECTION("given up") {
    desk.settle_change(RetryAfter{{}, "busy", "busy", {}});
    desk.clock.advance(hours{25});
    desk.settle_change(RetryAfter{{}, "busy", "busy", {}});
  }
  SECTION("cancelled") {
    const auto row = desk.due().front().id;
    REQUIRE(desk.act(desk.root, [&](Context& c, const Agent& a) { return cancel_send(c, a, row); }));
  }
  CHECK(desk.message(desk.reply) == before);
  const auto told = desk.messages(desk.conversation).back();
  CHECK(told.kind == MessageKind::activity);
  CHECK(told.reply_to == desk.reply);
}

TEST_CASE("change: a deletion and a reaction happen here once they happened there, and only replies are deleted") {
  Changing desk;
  desk.accepted();
  const auto theirs = desk.by_external("1")->id;
  const auto remove = [&](MessageId id) {
    return desk.act(desk.ann,
                    [&](Context& c, const Agent& a) { return delete_message(c, a, id, desk.surroundings()); });
  };
  CHECK(remove(theirs).error().code == ErrorCode::bad_request);
  REQUIRE(desk.act(desk.ann, [&](Context& c, const Agent& a) {
    return react_to_message(c, a, {theirs, "+"}, desk.surroundings());
  }));
  CHECK(desk.message(theirs).reactions.empty());
  desk.settle_change(Accepted{{}});
  CHECK(desk.message(theirs).reactions.size() == 1);
  REQUIRE(remove(desk.reply));
  desk.settle_change(Accepted{{}});
  CHECK(desk.message(desk.reply).deleted_at);
  CHECK(remove(desk.reply).error().code == ErrorCode::conflict);
  CHECK(desk.edit("late").error().code == ErrorCode::conflict);
}

TEST_CASE("change: a note is its author's to change, until it is deleted") {
  Talking desk;
  auto note = CoreDesk::text(desk.conversation, "for us");
  note.note = true;
  const MessageId id{desk.send(desk.ann, note).value().id};
  const auto edit = [&](const Agent& agent) {
    return desk.act(agent, [&](Context& c, const Agent& a) {
      return edit_message(c, a, {id, "x", ""}, desk.surroundings());
    });
  };
  const auto remove = [&] {
    return desk.act(desk.ann,
                    [&](Context& c, const Agent& a) { return delete_message(c, a, id, desk.surroundings()); });
  };
  CHECK(edit(desk.root).error().code == ErrorCode::forbidden);
  CHECK(edit(desk.ann));
  CHECK(desk.message(id).text == "x");
  CHECK(remove());
  CHECK(edit(desk.ann).error().code == ErrorCode::conflict);
  CHECK(remove().error().code == ErrorCode::conflict);
  CHECK(desk.due().empty());
}

}  // namespace
}  // namespace inboxd::core
