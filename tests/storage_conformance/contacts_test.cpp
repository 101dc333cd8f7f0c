// Contacts, identities found by any handle, merges and their undo.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

using Ids = std::vector<ContactId>;
using Strings = std::vector<std::string>;

}  // namespace

TEMPLATE_LIST_TEST_CASE("a contact comes back with its identities", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox("support");
  Contact row;
  row.name = "Carla";
  row.tier = "gold";
  row.language = "it";
  row.attributes = {{"plan", "pro"}, {"quote", "\"'\\"}};
  row.created_at = row.updated_at = at_ms(0);
  row.id = f.tables().contacts().insert(row);
  Identity identity;
  identity.contact = row.id;
  identity.inbox = inbox;
  identity.inbox_name = "support";
  identity.connector = "loopback";
  identity.handle = "carla@example.com";
  identity.aliases = {"c@example.com"};
  identity.name = "Carla R.";
  identity.username = "carla";
  identity.phone = "+39021234";
  identity.verified = false;
  identity.unreachable_since = at_ms(4);
  identity.id = f.tables().contacts().insert_identity(identity);
  row.identities = {identity};
  CHECK(f.tables().contacts().find(row.id) == row);
  CHECK(f.tables().contacts().find_identity(identity.id) == identity);
  row.name = "Carla Rossi";
  row.attributes.clear();
  row.merged_into = f.contact();
  row.version = 2;
  f.tables().contacts().update(row);
  CHECK(f.tables().contacts().find(row.id) == row);
}

TEMPLATE_LIST_TEST_CASE("an attribute that is no UTF-8 does not keep its contact from being read", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  Contact row;
  row.name = "Carla";
  row.attributes = {{"email", "half a character: \xC3"}, {"plan", "pro"}};
  row.created_at = row.updated_at = at_ms(0);
  row.id = f.tables().contacts().insert(row);
  const auto found = f.tables().contacts().find(row.id);
  REQUIRE(found);
  CHECK(found->attributes == row.attributes);
}

TEMPLATE_LIST_TEST_CASE("an identity is found by its handle and every alias, in its inbox only", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto other = f.inbox("other");
  const auto id = f.identity(inbox, "h", f.contact(), {"a"});
  auto& contacts = f.tables().contacts();
  CHECK(contacts.find_identity(inbox, "h")->id == id);
  CHECK(contacts.find_identity(inbox, "a")->id == id);
  CHECK_FALSE(contacts.find_identity(other, "h"));
  CHECK_FALSE(contacts.find_identity(inbox, "H"));
  CHECK(f.identity(other, "h", f.contact()) != id);
}

TEMPLATE_LIST_TEST_CASE("aliases are added and never taken from another identity", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto first = f.identity(inbox, "first", f.contact(), {"shared"});
  const auto second = f.identity(inbox, "second", f.contact());
  auto& contacts = f.tables().contacts();
  auto row = contacts.find_identity(second).value();
  row.aliases = {"shared", "own"};
  row.name = "Second";
  contacts.update_identity(row);
  row.aliases = {};
  contacts.update_identity(row);
  CHECK(contacts.find_identity(second)->aliases == Strings{"own"});
  CHECK(contacts.find_identity(second)->name == "Second");
  CHECK(contacts.find_identity(inbox, "shared")->id == first);
}

TEMPLATE_LIST_TEST_CASE("a renamed identity keeps its old handle as an alias", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto id = f.identity(inbox, "old", f.contact(), {"alias"});
  auto& contacts = f.tables().contacts();
  contacts.rename_identity(id, "new");
  CHECK(contacts.find_identity(inbox, "old")->handle == "new");
  CHECK(contacts.find_identity(inbox, "new")->aliases == Strings{"alias", "old"});
  contacts.rename_identity(id, "alias");
  CHECK(contacts.find_identity(id)->aliases == Strings{"new", "old"});
}

TEMPLATE_LIST_TEST_CASE("a list of contacts is newest first, searched by name and handle, cut to the viewer's inboxes",
                        "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto first = f.inbox("first");
  const auto second = f.inbox("second");
  const auto carla = f.contact("Carla 100%");
  f.identity(first, "carla@example.com", carla);
  f.identity(second, "secret-handle", carla);
  const auto bob = f.contact("Bob");
  f.identity(second, "bob_1", bob);
  const auto gone = f.contact("Gone");
  f.identity(first, "gone", gone);
  auto merged = f.tables().contacts().find(gone).value();
  merged.merged_into = bob;
  f.tables().contacts().update(merged);
  const auto list = [&](const Agent& viewer, const ContactPage& page) {
    return ids_of(f.tables().contacts().list(viewer, page));
  };
  CHECK(list(f.sees_all(), {}) == Ids{bob, carla});
  CHECK(list(f.sees_all(), {"", {}, 1}) == Ids{bob});
  CHECK(list(f.sees_all(), {"", bob, 1}) == Ids{carla});
  CHECK(list(f.sees({first}), {}) == Ids{carla});
  CHECK(list(f.sees({}), {}).empty());
  CHECK(list(f.sees_all(), {"CARLA@", {}, 9}) == Ids{carla});
  CHECK(list(f.sees_all(), {"secret", {}, 9}) == Ids{carla});
  CHECK(list(f.sees({first}), {"secret", {}, 9}).empty());
  CHECK(list(f.sees_all(), {"0%", {}, 9}) == Ids{carla});
  CHECK(list(f.sees_all(), {"_", {}, 9}) == Ids{bob});
  CHECK(list(f.sees_all(), {"%", {}, 9}) == Ids{carla});
  CHECK(list(f.sees_all(), {"'; --", {}, 9}).empty());
}

TEMPLATE_LIST_TEST_CASE("a contact's inboxes are named once each, ascending", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto first = f.inbox("first");
  const auto second = f.inbox("second");
  const auto contact = f.contact();
  f.identity(second, "a", contact);
  f.identity(second, "b", contact);
  f.identity(first, "c", contact);
  CHECK(f.tables().contacts().inboxes_of(contact) == std::vector<InboxId>{first, second});
}

TEMPLATE_LIST_TEST_CASE("a merge is found by exactly what it brought, until it is undone", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto into = f.contact();
  const auto from = f.contact();
  const auto a = f.identity(inbox, "a", from);
  const auto b = f.identity(inbox, "b", from);
  auto& contacts = f.tables().contacts();
  const ContactMerge merge{into, from, {a, b}, f.agent(), at_ms(1)};
  contacts.record_merge(merge);
  CHECK(contacts.find_merge(into, {a, b}) == merge);
  CHECK_FALSE(contacts.find_merge(into, {a}));
  CHECK_FALSE(contacts.find_merge(from, {a, b}));
  contacts.mark_merge_undone(into, from, at_ms(2));
  CHECK_FALSE(contacts.find_merge(into, {a, b}));
}

}  // namespace inboxd::storage::conformance
