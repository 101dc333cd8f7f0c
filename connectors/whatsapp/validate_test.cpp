// What WhatsApp would refuse, the agent hears at once.
#include "connectors/whatsapp/validate.hpp"

#include "connectors/whatsapp/address.hpp"
#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors::whatsapp;

namespace {

Outbound reply(std::string text = "Ciao") {
  Outbound out;
  out.thread = "39333111222";
  out.text = std::move(text);
  return out;
}

bool takes(const OutboundAttachment& attachment) {
  auto out = reply("");
  out.attachments = {attachment};
  return validate_reply(out).ok();
}

std::string refusal_of_components(const std::string& components) {
  auto out = reply("");
  out.message_template = OutboundTemplate{"order_update", "it", components};
  const auto valid = validate_reply(out);
  return valid ? "" : valid.error().detail;
}

}  // namespace

TEST_CASE("whatsapp validate: texts of 1 to 4096 characters, however many bytes") {
  CHECK(validate_reply(reply(std::string(4096, 'a'))).ok());
  CHECK_FALSE(validate_reply(reply(std::string(4097, 'a'))).ok());
  std::string accents;
  for (int i = 0; i < 4096; ++i) accents += "è";
  CHECK(validate_reply(reply(accents)).ok());
  CHECK_FALSE(validate_reply(reply("")).ok());
  auto bold = reply();
  bold.html = "<b>" + std::string(4095, 'a') + "</b>";
  CHECK_FALSE(validate_reply(bold).ok());
}

TEST_CASE("whatsapp validate: media by type and size") {
  constexpr std::uint64_t mega = 1ULL << 20U;
  CHECK(takes({{"h", 5 * mega}, "a.jpg", "image/jpeg"}));
  CHECK_FALSE(takes({{"h", 5 * mega + 1}, "a.jpg", "image/jpeg"}));
  CHECK_FALSE(takes({{"h", 1}, "a.gif", "image/gif"}));
  CHECK(takes({{"h", 16 * mega}, "a.ogg", "audio/ogg; codecs=opus"}));
  CHECK_FALSE(takes({{"h", 16 * mega + 1}, "a.mp4", "video/mp4"}));
  CHECK(takes({{"h", 100 * mega}, "a.pdf", "application/pdf"}));
  CHECK_FALSE(takes({{"h", 100 * mega + 1}, "a.pdf", "application/pdf"}));
  CHECK(takes({{"h", 1}, "a.csv", "text/csv"}));
  CHECK_FALSE(takes({{"h", 1}, "a.zip", "application/zip"}));
  CHECK_FALSE(takes({{"h", 0}, "a.pdf", "application/pdf"}));
  CHECK_FALSE(takes({{"h", 501 << 10U}, "a.webp", "image/webp"}));
}

TEST_CASE("whatsapp validate: only recipients of a form that WhatsApp has") {
  auto out = reply();
  for (const auto* thread : {"", "anna", "12", "0123456789012345678"}) {
    out.thread = thread;
    CHECK_FALSE(validate_reply(out).ok());
  }
  CHECK(recipient_from("+39 333 1112223").value().handle == "393331112223");
  CHECK(recipient_from("IT.777").value().handle == "IT.777");
  CHECK_FALSE(recipient_from("0333 1112223").ok());
  CHECK_FALSE(recipient_from("anna@example.test").ok());
}

TEST_CASE("whatsapp validate: edits and deletions are refused, reactions need a message") {
  auto out = reply();
  out.targets = {"wamid.x"};
  out.action = OutboxAction::edit;
  CHECK_FALSE(validate_reply(out).ok());
  out.action = OutboxAction::erase;
  CHECK_FALSE(validate_reply(out).ok());
  out.action = OutboxAction::react;
  CHECK(validate_reply(out).ok());
  out.targets.clear();
  CHECK_FALSE(validate_reply(out).ok());
}

TEST_CASE("whatsapp validate: a template's components are checked, and the refusal names the place") {
  for (const auto* good :
       {"", "[]", R"([{"type":"header","parameters":[{"type":"image","image":{"link":"https://x.test/a.png"}}]},
          {"type":"body","parameters":[{"type":"text","text":"Anna"},
            {"type":"currency","currency":{"fallback_value":"7 €","code":"EUR","amount_1000":7000}},
            {"type":"date_time","date_time":{"fallback_value":"domani"}}]},
          {"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"p"}]},
          {"type":"button","sub_type":"url","index":1,"parameters":[{"type":"text","text":"x"}]}])",
        R"([{"type":"HEADER","parameters":[{"type":"document","document":{"id":"1","filename":"a.pdf"}}]}])",
        R"([{"type":"carousel","cards":[{"card_index":0,"components":[{"type":"body","parameters":[]}]}]}])"}) {
    INFO(good);
    CHECK(refusal_of_components(good).empty());
  }
  const std::string body_of_text = R"([{"type":"body","parameters":[{"type":"text","text":")";
  for (const std::string& bad :
       {std::string("{}"), std::string("nonsense"), std::string("[7]"), std::string(R"([{"type":"footer"}])"),
        std::string(R"([{"type":"body"},{"type":"body"}])"),
        std::string(R"([{"type":"body","parameters":[{"type":"image","image":{"id":"1"}}]}])"),
        std::string(R"([{"type":"body","parameters":{}}])"), body_of_text + R"("}]}])", body_of_text + R"(a\nb"}]}])",
        body_of_text + std::string(1025, 'a') + R"("}]}])",
        std::string(R"([{"type":"header","parameters":[{"type":"image","image":{"id":"1","link":"https://x"}}]}])"),
        std::string(R"([{"type":"button","sub_type":"url","parameters":[]}])"),
        std::string(R"([{"type":"button","sub_type":"dial","index":"0"}])"),
        std::string(R"([{"type":"button","sub_type":"url","index":"0"},{"type":"button","sub_type":"url","index":0}])"),
        std::string(R"([{"type":"carousel","cards":[]}])")}) {
    INFO(bad);
    CHECK_FALSE(refusal_of_components(bad).empty());
  }
  CHECK(refusal_of_components(R"([{"type":"body","parameters":[{"type":"x"}]}])").find("components[0].parameters[0]") !=
        std::string::npos);
}

TEST_CASE("whatsapp validate: a template's name and language, and no attachment beside it") {
  auto out = reply();
  const auto valid = [&](const std::string& name, const std::string& language) {
    out.message_template = OutboundTemplate{name, language, "[]"};
    return validate_reply(out).ok();
  };
  CHECK(valid("order_update", "en_US"));
  CHECK(valid("a1", "fil"));
  CHECK_FALSE(valid("Order Update", "it"));
  CHECK_FALSE(valid("", "it"));
  for (const auto* language : {"", "IT", "it-IT", "it_", "italian"}) CHECK_FALSE(valid("a", language));
  out.attachments = {{{"h", 1}, "a.pdf", "application/pdf"}};
  CHECK_FALSE(valid("a", "it"));
}
