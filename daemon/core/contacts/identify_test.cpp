// Who a handle belongs to: by any id the channel vouches for, by nothing that somebody merely claims.
#include "daemon/core/contacts/identify.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/core_desk.hpp"

namespace inboxd::core {
namespace {

Identity identified(CoreDesk& desk, const InboundIdentity& inbound) {
  return desk.write(
      [&](Context& context) { return identify(context, *context.tables.inboxes().find(desk.shop.id), inbound); });
}

TEST_CASE("identify: a person is found by the handle and by any alias, whichever comes alone later") {
  CoreDesk desk;
  auto both = CoreDesk::person("US.123");
  both.aliases = {"15550001"};
  const auto first = identified(desk, both);
  CHECK(identified(desk, CoreDesk::person("15550001")).id == first.id);
  CHECK(identified(desk, CoreDesk::person("US.123")).id == first.id);
  auto stronger = CoreDesk::person("US.ENT.9");
  stronger.aliases = {"US.123"};
  CHECK(identified(desk, stronger).id == first.id);
  CHECK(identified(desk, CoreDesk::person("US.ENT.9")).id == first.id);
}

TEST_CASE("identify: an alias that is only claimed links nobody, now or later") {
  CoreDesk desk;
  const auto victim = identified(desk, CoreDesk::person("victim@example.com"));
  auto visitor = CoreDesk::person("visitor-1");
  visitor.aliases = {"victim@example.com", "next@example.com"};
  visitor.verified = false;
  const auto claimed = identified(desk, visitor);
  CHECK(claimed.contact != victim.contact);
  identified(desk, visitor);
  CHECK(identified(desk, CoreDesk::person("next@example.com")).contact != claimed.contact);
  CHECK(identified(desk, CoreDesk::person("victim@example.com")).contact == victim.contact);
}

TEST_CASE("identify: an alias of two people stays with the one who had it first") {
  CoreDesk desk;
  const auto one = identified(desk, CoreDesk::person("one"));
  const auto two = identified(desk, CoreDesk::person("two"));
  auto both = CoreDesk::person("one");
  both.aliases = {"two"};
  CHECK(identified(desk, both).id == one.id);
  CHECK(identified(desk, CoreDesk::person("two")).id == two.id);
}

TEST_CASE("identify: what is newly known raises the contact's version with one event; nothing new raises nothing") {
  CoreDesk desk;
  const auto first = identified(desk, CoreDesk::person("anna"));
  auto news = CoreDesk::person("anna");
  news.phone = "+15550001";
  news.username = "anna_b";
  news.aliases = {"other"};
  const auto before = desk.head();
  identified(desk, news);
  CHECK(desk.log_after(before) == "contact.updated");
  CHECK(desk.contact(first.contact).version == 2);
  CHECK(desk.events_after(before).front().version == 2);
  identified(desk, news);
  CHECK(desk.contact(first.contact).version == 2);
}

TEST_CASE("identify: the contact's name follows the channel until an agent gives one") {
  CoreDesk desk;
  auto unnamed = CoreDesk::person("anna");
  unnamed.name = "";
  const auto contact = identified(desk, unnamed).contact;
  CHECK(desk.contact(contact).name == "anna");
  auto named = unnamed;
  named.name = "Anna";
  identified(desk, named);
  CHECK(desk.contact(contact).name == "Anna");
  desk.write([&](Context& context) {
    auto row = *context.tables.contacts().find(contact);
    row.name = "Anna Bianchi";
    context.tables.contacts().update(row);
    return true;
  });
  named.name = "Annie";
  identified(desk, named);
  CHECK(desk.contact(contact).name == "Anna Bianchi");
  CHECK(desk.identity("anna")->name == "Annie");
}

TEST_CASE("identify: an address that an agent typed is vouched for once the person writes from it") {
  CoreDesk desk;
  auto typed = CoreDesk::person("15550001");
  typed.verified = false;
  const auto identity = identified(desk, typed);
  CHECK_FALSE(identity.verified);
  auto person = CoreDesk::person("US.123");
  person.aliases = {"15550001"};
  CHECK(identified(desk, person).id == identity.id);
  CHECK(desk.identity("15550001")->verified);
}

}  // namespace
}  // namespace inboxd::core
