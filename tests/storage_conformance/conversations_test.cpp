// Conversations: numbers, joined fields, tags, and lists cut to what the viewer may see.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

using Ids = std::vector<ConversationId>;

/// Two inboxes with three conversations each, of one contact; the later the id, the newer the last message.
template <class BackEnd>
struct Desk : Fixture<BackEnd> {
  Desk() {
    first = this->inbox("first");
    second = this->inbox("second");
    person = this->contact();
    for (const auto inbox : {first, second}) {
      const auto identity = this->identity(inbox, "handle", person);
      for (int n = 0; n < 3; ++n) rows.push_back(this->conversation(inbox, identity, static_cast<int>(rows.size())));
    }
  }

  Ids list(const Agent& viewer, const ConversationFilter& filter = {},
           const std::optional<ConversationPosition>& after = {}, int limit = 50) {
    return ids_of(this->tables().conversations().list(viewer, filter, after, limit));
  }
  /// The conversations at these places, in this order.
  Ids at(std::initializer_list<std::size_t> places) const {
    Ids ids;
    for (const auto place : places) ids.push_back(rows[place].id);
    return ids;
  }
  Conversation& change(std::size_t place) { return rows[place]; }
  void save(std::size_t place) { this->tables().conversations().update(rows[place]); }

  InboxId first;
  InboxId second;
  ContactId person;
  std::vector<Conversation> rows;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("a new conversation gets the next ticket number and its joined fields", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox("support");
  const auto contact = f.contact();
  const auto identity = f.identity(inbox, "carla@example.com", contact);
  Conversation row;
  row.inbox = inbox;
  row.identity = identity;
  row.subject = "An order";
  row.tags = {"billing", "vip"};
  row.created_at = row.updated_at = row.last_message_at = at_ms(0);
  const auto inserted = f.tables().conversations().insert(row);
  CHECK(inserted.number == 1000);
  CHECK(inserted.tags == row.tags);
  const auto found = f.tables().conversations().find(inserted.id).value();
  CHECK(found.number == 1000);
  CHECK(found.inbox_name == "support");
  CHECK(found.contact == contact);
  CHECK(found.thread == "carla@example.com");
  CHECK(found.tags == row.tags);
  CHECK(f.tables().conversations().insert(row).number == 1001);
  CHECK(f.tables().conversations().newest_of(identity)->number == 1001);
  CHECK_FALSE(f.tables().conversations().find(ConversationId{99}));
}

TEMPLATE_LIST_TEST_CASE("a conversation comes back as it was updated, tags included", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto row = f.conversation();
  row.status = ConversationStatus::snoozed;
  row.priority = Priority::urgent;
  row.category = "returns";
  row.subject = "Another order";
  row.assignee = f.agent();
  row.team = f.tables().agents().insert_team({{}, "Desk", {}});
  row.tags = {"a", "b"};
  row.language = "it";
  row.snoozed_until = at_ms(9);
  row.updated_at = at_ms(1);
  row.last_message_at = at_ms(2);
  row.last_customer_message_at = at_ms(3);
  row.unread = 4;
  row.reply_window_ends_at = at_ms(5);
  row.resolved_at = at_ms(6);
  row.version = 2;
  f.tables().conversations().update(row);
  CHECK(f.tables().conversations().find(row.id) == row);
  row.tags = {"b", "c"};
  f.tables().conversations().update(row);
  CHECK(f.tables().conversations().find(row.id) == row);
}

TEMPLATE_LIST_TEST_CASE("touch changes what an ordinary message changes and nothing else", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto before = f.conversation();
  auto row = before;
  row.last_message_at = at_ms(7);
  row.last_customer_message_at = at_ms(6);
  row.unread = 3;
  row.reply_window_ends_at = at_ms(8);
  row.updated_at = at_ms(7);
  row.version = 2;
  auto touched = row;
  row.subject = "not by touch";
  row.status = ConversationStatus::closed;
  f.tables().conversations().touch(row);
  CHECK(f.tables().conversations().find(before.id) == touched);
}

TEMPLATE_LIST_TEST_CASE("a conversation's contact follows its identity", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto row = f.conversation();
  auto identity = f.tables().contacts().find_identity(row.identity).value();
  identity.contact = f.contact("Other");
  f.tables().contacts().update_identity(identity);
  CHECK(f.tables().conversations().find(row.id)->contact == identity.contact);
}

TEMPLATE_LIST_TEST_CASE("an identity's conversations come oldest first, from one of them on", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto first = f.conversation();
  f.conversation("other");
  const auto& next = first;
  const auto second = f.tables().conversations().insert(next).id;
  const auto third = f.tables().conversations().insert(next).id;
  const auto of_identity = [&](ConversationId from, int limit) {
    return f.tables().conversations().of_identity(first.identity, from, limit);
  };
  CHECK(of_identity({}, 10) == Ids{first.id, second, third});
  CHECK(of_identity(second, 10) == Ids{second, third});
  CHECK(of_identity({}, 2) == Ids{first.id, second});
  CHECK(of_identity(ConversationId{third.value + 1}, 2).empty());
}

TEMPLATE_LIST_TEST_CASE("a list shows every status and inbox that the viewer sees, newest message first", "[storage]",
                        BackEnds) {
  Desk<TestType> d;
  d.change(1).status = ConversationStatus::closed;
  d.save(1);
  CHECK(d.list(d.sees_all()) == d.at({5, 4, 3, 2, 1, 0}));
  CHECK(d.list(d.sees({d.first})) == d.at({2, 1, 0}));
  CHECK(d.list(d.sees({})).empty());
}

TEMPLATE_LIST_TEST_CASE("a filter never shows what the viewer does not see", "[storage]", BackEnds) {
  Desk<TestType> d;
  const auto agent = d.agent();
  for (std::size_t place = 0; place < d.rows.size(); ++place) {
    d.change(place).assignee = agent;
    d.change(place).tags = {"vip"};
    d.save(place);
  }
  ConversationFilter by_inbox, by_assignee, by_tag, by_contact, by_only;
  by_inbox.inboxes = {d.first, d.second};
  by_assignee.assignee = agent;
  by_tag.tag = "vip";
  by_contact.contact = d.person;
  by_only.only = d.at({0, 3, 5});
  for (const auto& filter : {by_inbox, by_assignee, by_tag, by_contact})
    CHECK(d.list(d.sees({d.second}), filter) == d.at({5, 4, 3}));
  CHECK(d.list(d.sees({d.second}), by_only) == d.at({5, 3}));
  by_inbox.inboxes = {d.first};
  CHECK(d.list(d.sees({d.second}), by_inbox).empty());
}

TEMPLATE_LIST_TEST_CASE("filters narrow a list together", "[storage]", BackEnds) {
  Desk<TestType> d;
  const auto agent = d.agent();
  d.change(0).assignee = agent;
  d.change(0).tags = {"vip"};
  d.save(0);
  d.change(4).assignee = agent;
  d.change(4).status = ConversationStatus::pending;
  d.save(4);
  ConversationFilter filter;
  filter.assignee = agent;
  CHECK(d.list(d.sees_all(), filter) == d.at({4, 0}));
  filter.statuses = {ConversationStatus::open};
  CHECK(d.list(d.sees_all(), filter) == d.at({0}));
  filter.tag = "vip";
  CHECK(d.list(d.sees_all(), filter) == d.at({0}));
  filter.tag = "other";
  CHECK(d.list(d.sees_all(), filter).empty());
  ConversationFilter unassigned;
  unassigned.unassigned = true;
  unassigned.inboxes = {d.second};
  CHECK(d.list(d.sees_all(), unassigned) == d.at({5, 3}));
  ConversationFilter statuses;
  statuses.statuses = {ConversationStatus::pending, ConversationStatus::open, ConversationStatus::pending};
  CHECK(d.list(d.sees_all(), statuses, {}, 2) == d.at({5, 4}));
  ConversationFilter nothing;
  nothing.only = Ids{};
  CHECK(d.list(d.sees_all(), nothing).empty());
}

TEMPLATE_LIST_TEST_CASE("pages of every sort join without gap or repetition, also where keys are equal", "[storage]",
                        BackEnds) {
  Desk<TestType> d;
  for (const std::size_t place : {1U, 2U, 3U}) {
    d.change(place).last_message_at = at_ms(2);
    d.change(place).status = place == 2 ? ConversationStatus::resolved : ConversationStatus::open;
    d.save(place);
  }
  const auto sort = GENERATE(ConversationSort::newest_message, ConversationSort::oldest_message,
                             ConversationSort::created, ConversationSort::number);
  ConversationFilter filter;
  filter.sort = sort;
  const auto whole = d.tables().conversations().list(d.sees_all(), filter, {}, 50);
  REQUIRE(whole.size() == 6);
  CHECK(whole.front().id == d.rows[sort == ConversationSort::oldest_message ? 0 : 5].id);
  Ids paged;
  std::optional<ConversationPosition> after;
  while (true) {
    const auto page = d.tables().conversations().list(d.sees_all(), filter, after, 2);
    if (page.empty()) break;
    for (const auto& row : page) paged.push_back(row.id);
    const auto& last = page.back();
    const bool by_message = sort == ConversationSort::newest_message || sort == ConversationSort::oldest_message;
    const auto time = by_message ? last.last_message_at : last.created_at;
    after = {sort == ConversationSort::number ? last.number : to_unix_ms(time), last.id};
  }
  CHECK(paged == ids_of(whole));
}

}  // namespace inboxd::storage::conformance
