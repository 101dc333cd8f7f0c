// Contacts: corrected, joined, taken apart again, seen through one's own inboxes only.
#include "daemon/core/contacts/change.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

struct Couple : CoreDesk {
  Couple() {
    receive({incoming("1", "anna"), incoming("2", "bruno")});
    anna = identity("anna")->contact;
    bruno = identity("bruno")->contact;
  }
  ContactId anna;
  ContactId bruno;

  Result<Outcome> merge(const Agent& agent, ContactId into, ContactId from) {
    return act(agent, [&](Context& c, const Agent& a) { return merge_contacts(c, a, {into, from}); });
  }
  Result<Outcome> split(const Agent& agent, ContactId contact, const std::vector<IdentityId>& ids) {
    return act(agent, [&](Context& c, const Agent& a) { return split_contact(c, a, {contact, ids}); });
  }
  Result<Outcome> correct(const Agent& agent, const ChangeContact& command) {
    return act(agent, [&](Context& c, const Agent& a) { return change_contact(c, a, command); });
  }
};

TEST_CASE("merge: identities and conversations follow, versions grow, each with an event, others stay as they are") {
  Couple desk;
  const auto kept = desk.with("anna");
  const auto moved = desk.with("bruno");
  const auto before = desk.head();
  const auto outcome = desk.merge(desk.lea, desk.anna, desk.bruno).value();
  CHECK(outcome.id == desk.anna.value);
  CHECK(outcome.sequence == desk.head());
  CHECK(desk.contact(desk.anna).identities.size() == 2);
  CHECK(desk.contact(desk.bruno).merged_into == desk.anna);
  CHECK(desk.conversation_row(moved.id).contact == desk.anna);
  CHECK(desk.conversation_row(moved.id).version == moved.version + 1);
  CHECK(desk.conversation_row(kept.id) == kept);
  CHECK(desk.log_after(before) == "conversation.updated contact.updated contact.merged");
  for (const auto& event : desk.events_after(before + 1))
    CHECK(event.version == desk.contact(ContactId{event.object}).version);
  CHECK(desk.merge(desk.lea, desk.anna, desk.bruno).error().code == ErrorCode::not_found);
  CHECK(desk.merge(desk.root, desk.anna, desk.bruno).error().code == ErrorCode::conflict);
}

TEST_CASE("split: naming what a merge brought undoes it, anything else makes a new contact") {
  Couple desk;
  const auto annas = desk.identity("anna")->id;
  const auto brunos = desk.identity("bruno")->id;
  REQUIRE(desk.merge(desk.lea, desk.anna, desk.bruno));
  const auto merged = desk.contact(desk.bruno).version;
  const auto before = desk.head();
  CHECK(desk.split(desk.lea, desk.anna, {brunos}).value().id == desk.bruno.value);
  CHECK_FALSE(desk.contact(desk.bruno).merged_into);
  CHECK(desk.contact(desk.bruno).version == merged + 1);
  CHECK(desk.with("bruno").contact == desk.bruno);
  CHECK(desk.contact(desk.anna).identities.size() == 1);
  CHECK(desk.log_after(before) == "conversation.updated contact.updated contact.updated");

  REQUIRE(desk.merge(desk.lea, desk.anna, desk.bruno));
  const auto fresh = ContactId{desk.split(desk.lea, desk.anna, {annas}).value().id};
  CHECK(fresh.value > desk.bruno.value);
  CHECK(desk.contact(fresh).name == "Name of anna");
  CHECK(desk.with("anna").contact == fresh);
}

TEST_CASE("split: at least one identity stays, each is named once and is the contact's") {
  Couple desk;
  const auto annas = desk.identity("anna")->id;
  const auto brunos = desk.identity("bruno")->id;
  CHECK(desk.split(desk.lea, desk.anna, {annas}).error().code == ErrorCode::bad_request);
  CHECK(desk.split(desk.lea, desk.anna, {brunos}).error().code == ErrorCode::bad_request);
  CHECK(desk.split(desk.lea, desk.anna, {}).error().code == ErrorCode::bad_request);
  REQUIRE(desk.merge(desk.lea, desk.anna, desk.bruno));
  CHECK(desk.split(desk.lea, desk.anna, {brunos, brunos}).error().code == ErrorCode::bad_request);
}

TEST_CASE("rights: an agent corrects, a lead merges and splits, and only through inboxes of their own") {
  Couple desk;
  const auto second = desk.add_inbox("second", "account-2");
  REQUIRE(desk.request(second.id, {{[&] {
                                     auto event = desk.incoming("9", "there");
                                     return event;
                                   }()},
                                   {},
                                   {}}));
  const auto there =
      desk.read([&](const storage::Tables& t) { return *t.contacts().find_identity(second.id, "there"); });
  ChangeContact command;
  command.contact = desk.anna;
  command.name = "Anna";
  CHECK(desk.correct(desk.ann, command));
  CHECK(desk.correct(desk.eve, command).error().code == ErrorCode::not_found);
  CHECK(desk.merge(desk.ann, desk.anna, desk.bruno).error().code == ErrorCode::forbidden);
  CHECK(desk.merge(desk.lea, desk.anna, there.contact).error().code == ErrorCode::not_found);
  CHECK(desk.merge(desk.lea, desk.anna, desk.anna).error().code == ErrorCode::bad_request);
  REQUIRE(desk.merge(desk.root, desk.anna, there.contact));
  // Neither what would move nor what it would come to may lie where they have no say.
  CHECK(desk.merge(desk.lea, desk.bruno, desk.anna).error().code == ErrorCode::forbidden);
  CHECK(desk.merge(desk.lea, desk.anna, desk.bruno).error().code == ErrorCode::forbidden);
  CHECK(desk.contact(desk.anna).identities.size() == 2);
  CHECK(desk.split(desk.lea, desk.anna, {there.id}).error().code == ErrorCode::bad_request);
  CHECK(desk.split(desk.root, desk.anna, {there.id}));
  desk.read([&](const storage::Tables& tables) {
    auto disabled = desk.root;
    disabled.disabled_at = desk.clock.now();
    CHECK_FALSE(visible_contact(tables, disabled, desk.anna));
    return true;
  });
}

TEST_CASE("change: what differs raises the version with one event; the same, a stale version and too much do not") {
  Couple desk;
  ChangeContact command;
  command.contact = desk.anna;
  command.tier = std::optional<std::string>("gold");
  command.attributes = std::map<std::string, std::string>{{"size", "M"}};
  command.if_version = 1;
  const auto before = desk.head();
  REQUIRE(desk.correct(desk.ann, command));
  CHECK(desk.log_after(before) == "contact.updated");
  CHECK(desk.events_after(before).front().changes == R"({"tier":[null,"gold"]})");
  CHECK(desk.contact(desk.anna).version == 2);
  CHECK(desk.correct(desk.ann, command).error().code == ErrorCode::conflict);
  command.if_version = 2;
  CHECK(desk.correct(desk.ann, command).value().sequence == 0);
  command.name = std::string(contact_text_bytes_max + 1, 'n');
  CHECK(desk.correct(desk.ann, command).error().code == ErrorCode::bad_request);
  command.name.reset();
  (*command.attributes)[std::string(contact_word_bytes_max + 1, 'k')] = "v";
  CHECK(desk.correct(desk.ann, command).error().code == ErrorCode::bad_request);
  REQUIRE(desk.merge(desk.lea, desk.bruno, desk.anna));
  ChangeContact gone;
  gone.contact = desk.anna;
  gone.name = "Nobody";
  CHECK(desk.correct(desk.root, gone).error().code == ErrorCode::conflict);
}

}  // namespace
}  // namespace inboxd::core
