// The objects have exactly the fields, order and forms of the public contract.
#include "schemas/json/objects.hpp"

#include <boost/json/parse.hpp>

#include "tests/support/catch.hpp"

using namespace inboxd;

namespace {

const Timestamp noon = parse_rfc3339("2026-11-22T12:00:00.007Z").value();

Message incoming() {
  Message message;
  message.id = MessageId{551};
  message.conversation = ConversationId{9};
  message.author = {AuthorKind::contact, 5, "Anna \"la\" Rossi"};
  message.text = "Ciao\n";
  message.attachments = {{AttachmentId{1}, "a.png", "image/png", 1234, AttachmentState::ready}};
  message.reactions = {{"👍", {AuthorKind::agent, 2, "Bo"}}};
  message.external_id = "wamid.1";
  message.created_at = message.received_at = noon;
  return message;
}

}  // namespace

TEST_CASE("an incoming message has the contract's fields in the contract's order") {
  CHECK(to_json_text(incoming()) ==
        R"({"id":"ms_551","conversation":"cv_9","direction":"in","kind":"text","note":false,)"
        R"("author":{"kind":"contact","id":"ct_5","name":"Anna \"la\" Rossi"},"text":"Ciao\n","text_truncated":false,)"
        R"("has_html":false,"content":null,"group":null,)"
        R"("attachments":[{"id":"at_1","name":"a.png","mime":"image/png","size":1234,"state":"ready"}],)"
        R"("reactions":[{"emoji":"👍","author":{"kind":"agent","id":"ag_2","name":"Bo"}}],"reply_to":null,)"
        R"("external_id":"wamid.1","delivery":null,"created_at":"2026-11-22T12:00:00.007Z",)"
        R"("received_at":"2026-11-22T12:00:00.007Z","edited_at":null,"deleted_at":null,"version":1})");
}

TEST_CASE("a bot and the system have no id") {
  CHECK(to_json_text(Author{AuthorKind::bot, 0, "Echo"}) == R"({"kind":"bot","id":null,"name":"Echo"})");
  CHECK(to_json_text(Actor{}) == R"({"kind":"system","id":null})");
  CHECK(to_json_text(Actor{ActorKind::contact, 5}) == R"({"kind":"contact","id":"ct_5"})");
}

TEST_CASE("a long text is cut between two characters and says so") {
  Message message = incoming();
  message.text = std::string(message_text_bytes_max - 1, 'a') + "é";
  auto json = boost::json::parse(to_json_text(message));
  CHECK(json.at("text_truncated").as_bool());
  CHECK(json.at("text").as_string().size() == message_text_bytes_max - 1);
  message.text = std::string(message_text_bytes_max, 'a');
  json = boost::json::parse(to_json_text(message));
  CHECK_FALSE(json.at("text_truncated").as_bool());
  CHECK(json.at("text").as_string().size() == message_text_bytes_max);
}

TEST_CASE("a delivery carries its reason or null") {
  CHECK(to_json_text(Delivery{DeliveryState::sent, 2, {"a", "b"}, {}}) ==
        R"({"state":"sent","attempt":2,"external_ids":["a","b"],"reason":null})");
  std::string text;
  JsonWriter writer(text);
  write_delivery_change(writer, MessageId{1}, {DeliveryState::failed, 1, {}, DeliveryReason{"cancelled", "By Bo."}});
  CHECK(text == R"({"message":"ms_1","delivery":{"state":"failed","attempt":1,"external_ids":[],)"
                R"("reason":{"code":"cancelled","detail":"By Bo."}}})");
}

TEST_CASE("a conversation has the contract's fields in the contract's order") {
  Conversation conversation;
  conversation.id = ConversationId{9};
  conversation.number = 1042;
  conversation.inbox_name = "support";
  conversation.contact = ContactId{5};
  conversation.assignee = AgentId{2};
  conversation.tags = {"vip"};
  conversation.language = "it";
  conversation.created_at = conversation.updated_at = conversation.last_message_at = noon;
  CHECK(to_json_text(conversation) ==
        R"({"id":"cv_9","number":1042,"inbox":"support","contact":"ct_5","status":"open","priority":"normal",)"
        R"("category":null,"subject":"","assignee":"ag_2","team":null,"tags":["vip"],"language":"it","continues":null,)"
        R"("snoozed_until":null,"created_at":"2026-11-22T12:00:00.007Z","updated_at":"2026-11-22T12:00:00.007Z",)"
        R"("last_message_at":"2026-11-22T12:00:00.007Z","unread":0,"reply_window_ends_at":null,"version":1})");
}

TEST_CASE("a contact shows identities by inbox name, its summary only id, name and version") {
  Contact contact;
  contact.id = ContactId{5};
  contact.name = "Anna";
  contact.attributes = {{"a\"b", "c"}};
  Identity identity;
  identity.id = IdentityId{7};
  identity.connector = "whatsapp";
  identity.inbox_name = "shop";
  identity.handle = "39…";
  contact.identities = {identity};
  const auto json = boost::json::parse(to_json_text(contact));
  CHECK(json.at("identities").at(0).at("inbox") == "shop");
  CHECK(json.at("attributes").at("a\"b") == "c");
  CHECK(json.at("tier").is_null());
  std::string text;
  JsonWriter writer(text);
  write_contact_summary(writer, contact);
  CHECK(text == R"({"id":"ct_5","name":"Anna","version":1})");
}

TEST_CASE("an inbox shows health and capabilities as data") {
  Inbox inbox;
  inbox.id = InboxId{1};
  inbox.name = "shop";
  Capabilities capabilities;
  capabilities.reply_window = std::chrono::hours{24};
  capabilities.media_limits = {{"image/", 5}};
  std::string text;
  JsonWriter writer(text);
  write_json(writer, inbox, &capabilities);
  const auto json = boost::json::parse(text);
  CHECK(json.at("health").at("state") == "healthy");
  CHECK(json.at("capabilities").at("formatting") == "dropped");
  CHECK(json.at("capabilities").at("reply_window_ms") == 86'400'000);
  CHECK(json.at("capabilities").at("media_limits").at(0).at("mime_prefix") == "image/");
  CHECK(json.at("outbound_paused").is_null());
}

TEST_CASE("an agent's inboxes are names, none listed when all are seen") {
  Agent agent;
  agent.id = AgentId{2};
  agent.inboxes = {InboxId{1}};
  const std::vector<std::string> names{"shop"};
  std::string text;
  JsonWriter writer(text);
  write_json(writer, agent, names);
  CHECK(boost::json::parse(text).at("inboxes").at(0) == "shop");
  agent.all_inboxes = true;
  std::string everything;
  JsonWriter second(everything);
  write_json(second, agent, names);
  CHECK(boost::json::parse(everything).at("inboxes").as_array().empty());
}
