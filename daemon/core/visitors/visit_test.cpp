// Who a visitor is, and whose history they come into.
#include "daemon/core/visitors/visit.hpp"

#include "daemon/core/contacts/change.hpp"
#include "daemon/core/visitors/say.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/visitor_desk.hpp"

using namespace inboxd;

namespace {

struct Visits : VisitorDesk {
  core::Visit open(const std::string& token, const std::string& subject = {}) {
    core::OpenVisit command;
    command.inbox = website;
    command.token_hash = visitors::hash_visitor_token(token);
    command.fresh_token_hash = visitors::hash_visitor_token(token + "'");
    command.fresh_handle = "visitor-" + token;
    if (!subject.empty()) command.person = connectors::VouchedPerson{subject, "Name of " + subject, ""};
    return write([&](core::Context& context) { return core::open_visit(context, {}, command).value(); });
  }
  /// A fresh visitor holds `token` afterwards.
  core::Visit arrive(const std::string& token, const std::string& subject = {}) {
    core::OpenVisit command;
    command.inbox = website;
    command.fresh_token_hash = visitors::hash_visitor_token(token);
    command.fresh_handle = "visitor-" + token;
    if (!subject.empty()) command.person = connectors::VouchedPerson{subject, "Name of " + subject, ""};
    return write([&](core::Context& context) { return core::open_visit(context, {}, command).value(); });
  }
  core::Said say(VisitorId visitor, const std::string& text) {
    return write([&](core::Context& context) {
      core::VisitorSays command;
      command.visitor = visitor;
      command.client_msg_id = text;
      command.text = text;
      return core::visitor_says(context, *channels()(), website, command).value();
    });
  }
  Contact contact_of(ConversationId id) {
    return read([&](const storage::Tables& tables) {
      return *tables.contacts().find(tables.conversations().find(id)->contact);
    });
  }
};

}  // namespace

TEST_CASE("nobody becomes a contact by looking at a page") {
  Visits desk;
  const auto before = desk.head();
  desk.arrive("a");
  desk.arrive("b", "known");
  CHECK(desk.head() == before);
}

TEST_CASE("an anonymous visitor whom nobody knew becomes known where they are") {
  Visits desk;
  const auto visitor = desk.arrive("a").visitor;
  const auto said = desk.say(visitor.id, "ciao");
  const auto known = desk.open("a", "7");
  CHECK(known.how == core::Arrived::renewed);
  CHECK(known.ended == visitor.id);
  CHECK(desk.say(known.visitor.id, "ciao").message == said.message);
  const auto contact = desk.contact_of(said.conversation);
  CHECK(contact.name == "Name of 7");
  REQUIRE(contact.identities.size() == 1);
  CHECK(contact.identities[0].handle == "user:7");
  CHECK(contact.identities[0].verified);
}

TEST_CASE("an anonymous talk goes to the known customer with its contact, which a split takes apart again") {
  Visits desk;
  const auto old = desk.say(desk.arrive("home", "7").visitor.id, "da casa");
  const auto visitor = desk.arrive("phone").visitor;
  const auto said = desk.say(visitor.id, "dal telefono");
  const auto before = desk.contact_of(said.conversation).id;
  const auto known = desk.open("phone", "7").visitor;
  CHECK(desk.contact_of(said.conversation).id == desk.contact_of(old.conversation).id);
  CHECK(desk.read([&](const storage::Tables& tables) { return tables.contacts().find(before)->merged_into; }));
  CHECK(desk.say(known.id, "continuo").conversation == said.conversation);
}

TEST_CASE("an anonymous contact that an agent joined with somebody known never moves to another") {
  Visits desk;
  const auto hers = desk.say(desk.arrive("anna", "anna").visitor.id, "segreto");
  const auto bertas = desk.say(desk.arrive("berta", "berta").visitor.id, "sono io");
  const auto guest = desk.arrive("guest").visitor;
  const auto said = desk.say(guest.id, "ospite");
  desk.write([&](core::Context& context) {
    const auto agent = *context.tables.agents().find(desk.ada);
    return core::merge_contacts(context, agent,
                                {desk.contact_of(hers.conversation).id, desk.contact_of(said.conversation).id})
        .ok();
  });
  const auto berta = desk.open("guest", "berta").visitor;
  CHECK(desk.contact_of(said.conversation).id == desk.contact_of(hers.conversation).id);
  CHECK(desk.say(berta.id, "ora da Berta").conversation == bertas.conversation);
  const auto left = desk.contact_of(said.conversation).identities;
  CHECK(std::any_of(left.begin(), left.end(),
                    [](const Identity& identity) { return identity.unreachable_since.has_value(); }));
}

TEST_CASE("whoever signs in at another's browser is a visitor of their own") {
  Visits desk;
  const auto anna = desk.arrive("browser", "anna").visitor;
  const auto hers = desk.say(anna.id, "segreto");
  const auto berta = desk.open("browser", "berta");
  CHECK(berta.how == core::Arrived::fresh);
  CHECK(berta.visitor.id != anna.id);
  CHECK(berta.ended == anna.id);
  CHECK(desk.say(berta.visitor.id, "ciao").conversation != hers.conversation);
  const auto refused = desk.read(
      [&](const storage::Tables& tables) { return core::visiting(tables, {}, desk.website, anna.id).error().code; });
  CHECK(refused == ErrorCode::unauthenticated);
}

TEST_CASE("a token from before somebody was known opens nothing of theirs") {
  Visits desk;
  const auto visitor = desk.arrive("a").visitor;
  desk.say(visitor.id, "ciao");
  desk.open("a", "7");
  const auto thief = desk.write([&](core::Context& context) {
    core::OpenVisit command;
    command.inbox = desk.website;
    command.token_hash = visitors::hash_visitor_token("a");
    command.fresh_token_hash = visitors::hash_visitor_token("thief");
    command.fresh_handle = "visitor-thief";
    return core::open_visit(context, {}, command).value();
  });
  CHECK(thief.how == core::Arrived::fresh);
  CHECK(thief.visitor.subject.empty());
  CHECK_FALSE(thief.visitor.identity);
}

TEST_CASE("where identity is required, a known visitor's token is enough, and an anonymous one's is not") {
  Visits desk;
  const auto anna = desk.arrive("a", "7").visitor;
  desk.arrive("guest");
  const auto come_back = [&](const std::string& token) {
    return desk.write([&](core::Context& context) {
      connectors::VisitorRules rules;
      rules.identity_required = true;
      core::OpenVisit command;
      command.inbox = desk.website;
      command.token_hash = visitors::hash_visitor_token(token);
      command.fresh_token_hash = visitors::hash_visitor_token(token + "'");
      command.fresh_handle = "visitor-" + token + "'";
      return core::open_visit(context, rules, command);
    });
  };
  CHECK(come_back("a").value().visitor.id == anna.id);
  CHECK(come_back("guest").error().code == ErrorCode::forbidden);
  CHECK(come_back("nobody's").error().code == ErrorCode::forbidden);
}

TEST_CASE("known once, a visitor stays known without being vouched for again") {
  Visits desk;
  desk.arrive("a", "7");
  CHECK(desk.open("a").visitor.subject == "7");
}
