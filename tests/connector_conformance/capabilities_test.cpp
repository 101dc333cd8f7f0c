// What a channel says that it can do is what its code offers.
#include "connectors/sdk/visitors.hpp"
#include "tests/connector_conformance/fixture.hpp"

using namespace inboxd;
using namespace inboxd::conformance;

namespace {

bool offered(Support support) { return support == Support::full || support == Support::converted; }

template <class Interface>
bool has_interface(const Connector& connector) {
  return dynamic_cast<const Interface*>(&connector) != nullptr;
}

Outbound plain(const Fixture& fixture, OutboxAction action) {
  Outbound reply;
  reply.action = action;
  reply.thread = text_of(fixture.json(), "thread");
  reply.text = "Ciao";
  reply.emoji = "👍";
  reply.correlation = "c1";
  if (action != OutboxAction::send) reply.targets = {text_of(fixture.json(), "target")};
  return reply;
}

}  // namespace

TEST_CASE("conformance: capabilities and interfaces say the same") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const Capabilities& able = connector->capabilities();
    CHECK(offered(able.edits) == has_interface<Edits>(*connector));
    CHECK(offered(able.deletions) == has_interface<Erases>(*connector));
    CHECK(offered(able.reactions) == has_interface<Reacts>(*connector));
    CHECK(offered(able.typing) == has_interface<ShowsTyping>(*connector));
    CHECK(offered(able.read_receipts) == has_interface<MarksRead>(*connector));
    CHECK(offered(able.starts_conversations) == has_interface<StartsConversations>(*connector));
    CHECK(able.settles_uncertain == has_interface<SettlesUncertain>(*connector));
  });
}

TEST_CASE("conformance: where customers come to us, a reply is accepted at once and files are within limits") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const auto* serving = dynamic_cast<const ServesVisitors*>(connector.get());
    if (serving == nullptr) return;
    const auto step = connector->next_send_step(plain(fixture, OutboxAction::send), {});
    REQUIRE(std::holds_alternative<SendOutcome>(step));
    CHECK(std::holds_alternative<Accepted>(std::get<SendOutcome>(step)));
    const auto& limits = serving->visitor_rules().limits;
    CHECK(limits.messages_per_minute_max > 0);
    CHECK(limits.upload_bytes_per_day_max >= limits.upload_bytes_max);
    CHECK_FALSE(serving->check_identity({"a.b.c", "", ""}, "inbox", fixture.now()).ok());
    CHECK_FALSE(serving->check_identity({"", "7", ""}, "inbox", fixture.now()).ok());
    CHECK_FALSE(serving->visitor_file("../settings.schema.json").has_value());
  });
}

TEST_CASE("conformance: what is not offered is refused before it enters the outbox") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const Capabilities& able = connector->capabilities();
    CHECK(connector->validate(plain(fixture, OutboxAction::send)).ok());
    CHECK(connector->validate(plain(fixture, OutboxAction::edit)).ok() == offered(able.edits));
    CHECK(connector->validate(plain(fixture, OutboxAction::erase)).ok() == offered(able.deletions));
    CHECK(connector->validate(plain(fixture, OutboxAction::react)).ok() == offered(able.reactions));
    Outbound with_template = plain(fixture, OutboxAction::send);
    with_template.text.clear();
    with_template.message_template = OutboundTemplate{"order_update", "it", "[]"};
    if (able.templates == Support::rejected) CHECK_FALSE(connector->validate(with_template).ok());
    Outbound nothing = plain(fixture, OutboxAction::send);
    nothing.text.clear();
    CHECK_FALSE(connector->validate(nothing).ok());
  });
}

TEST_CASE("conformance: a reply as long as the limit is taken") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const Capabilities& able = connector->capabilities();
    if (able.text_characters_max == 0) return;
    Outbound reply = plain(fixture, OutboxAction::send);
    reply.text.assign(able.text_characters_max, 'a');
    CHECK(connector->validate(reply).ok());
  });
}

TEST_CASE("conformance: more attachments than the limit are refused") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const Capabilities& able = connector->capabilities();
    if (able.attachments_max == 0) return;
    Outbound reply = plain(fixture, OutboxAction::send);
    const OutboundAttachment picture{{std::string(64, 'a'), 100}, "a.png", "image/png"};
    reply.attachments.assign(able.attachments_max + 1, picture);
    CHECK_FALSE(connector->validate(reply).ok());
  });
}

TEST_CASE("conformance: an inbox without its secrets says so, and names a base URL with a host") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    CHECK_FALSE(connector->settings_finding().has_value());
    for (const auto& url : connector->base_urls()) CHECK(url.find("://") != std::string::npos);
  });
}
