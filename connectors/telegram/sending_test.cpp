// What goes out for a reply, and what each of Telegram's answers means for it.
#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/telegram/telegram.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using telegram::Telegram;

namespace {

const Telegram bot{{"123456:secret", "s3cret", telegram::Reception::webhook, "http://127.0.0.1:1"}};

Outbound reply(std::string text) {
  Outbound out;
  out.thread = "77";
  out.text = std::move(text);
  return out;
}

OutboundAttachment file(std::string name, std::string mime, std::uint64_t size = 1000) {
  return {{std::string(64, 'a'), size}, std::move(name), std::move(mime)};
}

Exchange answer(int status, std::string body) {
  Exchange exchange;
  exchange.status = status;
  exchange.body = std::move(body);
  return exchange;
}

Exchange refusal(int code, const std::string& description, const std::string& parameters = "{}") {
  return answer(code, R"({"ok":false,"error_code":)" + std::to_string(code) + R"(,"description":")" + description +
                          R"(","parameters":)" + parameters + "}");
}

Exchange sent(int id) {
  return answer(200, R"({"ok":true,"result":{"message_id":)" + std::to_string(id) + R"(,"chat":{"id":77}}})");
}

Exchange failure(TransferFailure how) {
  Exchange exchange;
  exchange.failure = how;
  exchange.failure_detail = "it broke";
  return exchange;
}

Transfer next(const Outbound& out, const Exchanges& done = {}) {
  const SendStep step = bot.next_send_step(out, done);
  REQUIRE(std::holds_alternative<Transfer>(step));
  return std::get<Transfer>(step);
}

template <class T>
T end(const Outbound& out, const Exchanges& done) {
  const SendStep step = bot.next_send_step(out, done);
  const auto* outcome = std::get_if<SendOutcome>(&step);
  REQUIRE(outcome != nullptr);
  REQUIRE(std::holds_alternative<T>(*outcome));
  return std::get<T>(*outcome);
}

boost::json::object body(const Transfer& transfer) {
  return boost::json::parse(std::get<TextBody>(transfer.body).text).as_object();
}

std::string form_text(const Transfer& transfer, std::string_view name) {
  for (const FormField& field : std::get<FormBody>(transfer.body).fields)
    if (field.name == name) return field.blob ? "blob " + field.file_name : field.value;
  return "absent";
}

}  // namespace

TEST_CASE("telegram sends text as JSON that must not be repeated, the token only in the URL") {
  Outbound out = reply("Ciao");
  out.reply_to = "77:5";
  const Transfer transfer = next(out);
  CHECK(transfer.url == "http://127.0.0.1:1/bot123456:secret/sendMessage");
  CHECK(transfer.label == "sendMessage");
  CHECK_FALSE(transfer.repeatable);
  CHECK(std::get<TextBody>(transfer.body).text ==
        R"({"chat_id":77,"text":"Ciao","reply_parameters":{"message_id":5,"allow_sending_without_reply":true}})");
  CHECK(end<Accepted>(out, {sent(9)}).external_ids == std::vector<std::string>{"77:9"});
}

TEST_CASE("telegram: a reply to a pressed button or to another chat's message is sent without the reference") {
  for (const auto* id : {"callback:4382", "78:5", "", "nonsense"}) {
    Outbound out = reply("Ciao");
    out.reply_to = id;
    CHECK_FALSE(body(next(out)).contains("reply_parameters"));
  }
}

TEST_CASE("telegram: html becomes entities with UTF-16 offsets, never parse_mode") {
  Outbound out = reply("ignored");
  out.html = "\U0001F600 <b>bold</b> <a href=\"https://x.test\">link</a> &lt;i&gt; <pre><code>x</code></pre>";
  const auto sent_body = body(next(out));
  CHECK(sent_body.at("text").as_string() == "\U0001F600 bold link <i>\nx");
  CHECK_FALSE(sent_body.contains("parse_mode"));
  CHECK(boost::json::serialize(sent_body.at("entities")) ==
        R"([{"type":"bold","offset":3,"length":4},{"type":"text_link","offset":8,"length":4,"url":"https://x.test"},)"
        R"({"type":"pre","offset":17,"length":1}])");
}

TEST_CASE("telegram: long text goes as several messages, cut at words, with its formatting") {
  std::string text;
  while (text.size() < 9000) text += "word ";
  const Outbound out = reply(text);
  Exchanges done;
  std::size_t total = 0;
  for (int i = 1; i <= 3; ++i) {
    const auto piece = std::string(body(next(out, done)).at("text").as_string());
    CHECK(piece.size() <= 4096);
    CHECK(piece.substr(piece.size() - 4) == "word");
    total += piece.size() + 1;
    done.push_back(sent(i));
  }
  CHECK(total == text.size());
  CHECK(end<Accepted>(out, done).external_ids == std::vector<std::string>{"77:1", "77:2", "77:3"});
  CHECK(bot.validate(out));
  CHECK_FALSE(bot.validate(reply(std::string(40'000, 'x'))));
}

TEST_CASE("telegram: one emoji too many is cut whole") {
  std::string text(4095, 'x');
  text += "\U0001F600";
  CHECK(std::string(body(next(reply(text))).at("text").as_string()) == std::string(4095, 'x'));
}

TEST_CASE("telegram: a file goes as what it is, the text as its caption") {
  struct Case {
    OutboundAttachment file;
    std::string method;
    std::string field;
  };
  const std::vector<Case> cases{
      {file("a.jpg", "image/jpeg"), "sendPhoto", "photo"},
      {file("a.jpg", "image/jpeg", 11U << 20U), "sendDocument", "document"},
      {file("a.webp", "image/webp"), "sendDocument", "document"},
      {file("a.gif", "image/gif"), "sendAnimation", "animation"},
      {file("a.mp4", "video/mp4"), "sendVideo", "video"},
      {file("a.mp3", "audio/mpeg"), "sendAudio", "audio"},
      {file("a.ogg", "audio/ogg; codecs=opus"), "sendVoice", "voice"},
      {file("a.pdf", "application/pdf"), "sendDocument", "document"},
  };
  for (const Case& one : cases) {
    Outbound out = reply("See this");
    out.attachments = {one.file};
    const Transfer transfer = next(out);
    CHECK(transfer.label == one.method);
    CHECK(form_text(transfer, "chat_id") == "77");
    CHECK(form_text(transfer, "caption") == "See this");
    CHECK(form_text(transfer, one.field) == "blob " + one.file.name);
    CHECK_FALSE(transfer.repeatable);
  }
}

TEST_CASE("telegram: text too long for a caption goes first, as a message of its own") {
  Outbound out = reply(std::string(1025, 'x'));
  out.attachments = {file("a.jpg", "image/jpeg")};
  CHECK(next(out).label == "sendMessage");
  const Transfer photo = next(out, {sent(1)});
  CHECK(photo.label == "sendPhoto");
  CHECK(form_text(photo, "caption") == "absent");
  CHECK(end<Accepted>(out, {sent(1), sent(2)}).external_ids.size() == 2);
}

TEST_CASE("telegram: files that fit go as albums of at most ten, the others alone and in order") {
  Outbound out = reply("Look");
  for (int i = 0; i < 11; ++i) out.attachments.push_back(file("p.png", i % 2 == 0 ? "image/png" : "video/mp4"));
  out.attachments.push_back(file("v.ogg", "audio/ogg"));
  const Transfer album = next(out);
  CHECK(album.label == "sendMediaGroup");
  const auto media = boost::json::parse(form_text(album, "media")).as_array();
  REQUIRE(media.size() == 10);
  CHECK(boost::json::serialize(media[0]) == R"({"type":"photo","media":"attach://file0","caption":"Look"})");
  CHECK(boost::json::serialize(media[1]) == R"({"type":"video","media":"attach://file1"})");
  CHECK(form_text(album, "file9") == "blob p.png");
  const Exchange album_sent = answer(200, R"({"ok":true,"result":[{"message_id":1},{"message_id":2}]})");
  CHECK(next(out, {album_sent}).label == "sendPhoto");
  CHECK(next(out, {album_sent, sent(3)}).label == "sendVoice");
  CHECK(end<Accepted>(out, {album_sent, sent(3), sent(4)}).external_ids ==
        std::vector<std::string>{"77:1", "77:2", "77:3", "77:4"});
}

TEST_CASE("telegram: a photo of a shape that Telegram refuses goes as a document") {
  Outbound out = reply("");
  out.attachments = {file("a.png", "image/png")};
  CHECK(next(out, {refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")}).label == "sendDocument");
  CHECK(end<Rejected>(out, {refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"),
                            refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")})
            .code == "refused");
}

TEST_CASE("telegram: 429 waits as long as told, for the whole inbox") {
  const auto retry =
      end<RetryAfter>(reply("x"), {refusal(429, "Too Many Requests: retry after 7", R"({"retry_after":7})")});
  CHECK(retry.delay == std::chrono::seconds(7));
  CHECK(retry.scope == RetryScope::inbox);
  Exchange bare = answer(429, "<html>");
  bare.headers = {{"retry-after", "3"}};
  CHECK(end<RetryAfter>(reply("x"), {bare}).delay == std::chrono::seconds(3));
}

TEST_CASE("telegram: what certainly failed is tried again, what may have arrived is uncertain") {
  CHECK(end<RetryAfter>(reply("x"), {refusal(500, "Internal Server Error")}).code == "provider_error");
  CHECK(end<RetryAfter>(reply("x"), {answer(502, "<html>Bad Gateway</html>")}).code == "provider_error");
  CHECK(end<RetryAfter>(reply("x"), {failure(TransferFailure::not_sent)}).code == "not_sent");
  end<Unknown>(reply("x"), {failure(TransferFailure::lost)});
  end<Unknown>(reply("x"), {failure(TransferFailure::too_large)});
  end<Unknown>(reply("x"), {answer(200, "garbage")});
  end<Unknown>(reply("x"), {answer(200, R"({"ok":true,"result":{}})")});
  end<Unknown>(reply("x"), {answer(504, "<html>Gateway Timeout</html>")});
}

TEST_CASE("telegram: final errors say why, and a blocked bot marks the person") {
  const auto blocked = end<Rejected>(reply("x"), {refusal(403, "Forbidden: bot was blocked by the user")});
  CHECK(blocked.code == "blocked");
  CHECK(blocked.unreachable);
  const auto gone = end<Rejected>(reply("x"), {refusal(400, "Bad Request: chat not found")});
  CHECK(gone.code == "chat_not_found");
  CHECK_FALSE(gone.unreachable);
  CHECK(end<Rejected>(reply("x"), {failure(TransferFailure::blob_gone)}).code == "attachment_missing");
  CHECK(end<NeedsAttention>(reply("x"), {refusal(401, "Unauthorized")}).code == "token_rejected");
  CHECK(end<NeedsAttention>(reply("x"), {refusal(404, "Not Found")}).code == "token_rejected");
}

TEST_CASE("telegram: a group that became a supergroup gets the reply under its new number, once") {
  Outbound out = reply("x");
  out.thread = "-5";
  const auto moved =
      refusal(400, "Bad Request: group chat was upgraded to a supergroup chat", R"({"migrate_to_chat_id":-100123})");
  CHECK(body(next(out, {moved})).at("chat_id").as_int64() == -100123);
  CHECK(end<Accepted>(out, {moved, sent(4)}).external_ids == std::vector<std::string>{"-100123:4"});
  end<Rejected>(out, {moved, refusal(400, "Bad Request: again", R"({"migrate_to_chat_id":-100124})")});
}

TEST_CASE("telegram: a forum topic is answered in the topic, in every kind of request") {
  Outbound out = reply("x");
  out.thread = "-100123/5";
  out.reply_to = "-100123:37";
  CHECK(body(next(out)).at("chat_id").as_int64() == -100123);
  CHECK(body(next(out)).at("message_thread_id").as_int64() == 5);
  CHECK(body(next(out)).at("reply_parameters").at("message_id").as_int64() == 37);
  out.attachments = {file("a.pdf", "application/pdf")};
  const auto fields = std::get<FormBody>(next(out).body).fields;
  CHECK(std::any_of(fields.begin(), fields.end(),
                    [](const FormField& field) { return field.name == "message_thread_id" && field.value == "5"; }));
  CHECK(end<Rejected>(out, {refusal(400, "Bad Request: message thread not found")}).code == "topic_gone");
  for (const auto* thread : {"-100123/", "-100123/0", "-100123/-5", "-100123/x", "/5", "-100123/5/6"}) {
    out.thread = thread;
    CHECK_FALSE(bot.validate(out));
  }
}

TEST_CASE("telegram: a send that stopped halfway tells what the customer has") {
  Outbound out = reply(std::string(5000, 'x'));
  const auto rejected = end<Rejected>(out, {sent(1), refusal(403, "Forbidden: bot was blocked by the user")});
  CHECK(rejected.code == "blocked");
  CHECK(next(out, {}).partial == PartialDelivery{{}, true});
  CHECK(next(out, {sent(1)}).partial.delivered.size() == 1);
  CHECK_FALSE(next(out, {sent(1)}).partial.more_to_come);
  end<Unknown>(out, {sent(1), failure(TransferFailure::lost)});
  end<RetryAfter>(out, {sent(1), refusal(429, "Too Many Requests", R"({"retry_after":1})")});
  // The host may keep or drop the exchange that it tried again: the sent part is never sent twice.
  CHECK(body(next(out, {sent(1)})).at("text").as_string().size() == 904);
  CHECK(end<Accepted>(out, {sent(1), refusal(500, "x"), sent(2)}).external_ids.size() == 2);
}

TEST_CASE("telegram refuses before the outbox what Telegram would refuse") {
  CHECK_FALSE(bot.validate(reply("  \n ")));
  Outbound huge = reply("");
  huge.attachments = {file("a.zip", "application/zip", 51U << 20U)};
  CHECK_FALSE(bot.validate(huge));
  Outbound elsewhere = reply("x");
  elsewhere.thread = "not a chat";
  CHECK_FALSE(bot.validate(elsewhere));
  Outbound templated = reply("x");
  templated.message_template = OutboundTemplate{};
  CHECK_FALSE(bot.validate(templated));
}

TEST_CASE("telegram: business chats are answered through their connection") {
  Outbound out = reply("x");
  out.thread = "b:bc9:77";
  CHECK(body(next(out)).at("business_connection_id").as_string() == "bc9");
  CHECK(end<Accepted>(out, {sent(4)}).external_ids == std::vector<std::string>{"b:bc9:77:4"});
}

TEST_CASE("telegram: an edit is repeatable, and one that changes nothing is done") {
  Outbound edit = reply("New");
  edit.action = OutboxAction::edit;
  edit.targets = {"77:9"};
  const Transfer transfer = next(edit);
  CHECK(transfer.label == "editMessageText");
  CHECK(transfer.repeatable);
  end<Accepted>(edit, {refusal(400, "Bad Request: message is not modified")});
  end<RetryAfter>(edit, {failure(TransferFailure::lost)});
  CHECK(end<Rejected>(edit, {refusal(400, "Bad Request: message can't be edited")}).code == "edit_refused");
  edit.target_kind = MessageKind::image;
  CHECK(next(edit).label == "editMessageCaption");
  CHECK(next(edit, {refusal(400, "Bad Request: there is no caption in the message to edit")}).label ==
        "editMessageText");
  edit.text = std::string(1025, 'x');
  CHECK_FALSE(bot.validate(edit));
}

TEST_CASE("telegram: an edit of several messages erases what it no longer fills") {
  Outbound edit = reply("Short now");
  edit.action = OutboxAction::edit;
  edit.targets = {"77:9", "77:10"};
  CHECK(bot.validate(edit));
  CHECK(next(edit).label == "editMessageText");
  CHECK(next(edit, {sent(9)}).label == "deleteMessage");
  end<Accepted>(edit, {sent(9), answer(200, R"({"ok":true,"result":true})")});
}

TEST_CASE("telegram: erasing takes every message of a reply, and one that is gone already is erased") {
  Outbound erase = reply("");
  erase.action = OutboxAction::erase;
  erase.targets = {"77:9", "77:10"};
  const Exchange done = answer(200, R"({"ok":true,"result":true})");
  CHECK(body(next(erase, {done})).at("message_id").as_int64() == 10);
  end<Accepted>(erase, {done, refusal(400, "Bad Request: message to delete not found")});
  CHECK(end<Rejected>(erase, {refusal(400, "Bad Request: message can't be deleted")}).code == "erase_refused");
}

TEST_CASE("telegram: a reaction is set whole, without the selector that keyboards add") {
  Outbound react = reply("");
  react.action = OutboxAction::react;
  react.targets = {"77:9"};
  react.emoji = "\u2764\uFE0F";
  CHECK(std::get<TextBody>(next(react).body).text ==
        "{\"chat_id\":77,\"message_id\":9,\"reaction\":[{\"type\":\"emoji\",\"emoji\":\"\u2764\"}]}");
  react.emoji = "";
  CHECK(body(next(react)).at("reaction").as_array().empty());
  CHECK(end<Rejected>(react, {refusal(400, "Bad Request: REACTION_INVALID")}).code == "reaction_invalid");
}
