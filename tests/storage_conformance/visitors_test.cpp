// Visitors, the sequence of each chat, marks and uploads.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

Visitor visitor_row(InboxId inbox, std::int64_t seen_ms = 0) {
  Visitor row;
  row.inbox = inbox;
  row.handle = "visitor-abc";
  row.created_at = at_ms(0);
  row.last_seen_at = at_ms(seen_ms);
  return row;
}

const std::string token(32, '\x07');

}  // namespace

TEMPLATE_LIST_TEST_CASE("a visitor comes back as updated, by id and by token within the inbox", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& visitors = f.tables().visitors();
  const auto inbox = f.inbox("website");
  auto row = visitor_row(inbox);
  row.id = visitors.insert(row, token);
  CHECK(visitors.find(row.id) == row);
  row.identity = f.identity(inbox, "user:7", f.contact());
  row.subject = "7";
  row.name = "Anna";
  row.email = "anna@example.com";
  row.language = "it";
  row.fields_given = true;
  row.last_seen_at = at_ms(5);
  row.ended_at = at_ms(6);
  visitors.update(row);
  CHECK(visitors.find_by_token(inbox, token) == row);
  CHECK_FALSE(visitors.find_by_token(f.inbox("other"), token));
  CHECK_FALSE(visitors.find_by_token(inbox, std::string(32, '\x08')));
  CHECK_FALSE(visitors.find(VisitorId{99}));
}

TEMPLATE_LIST_TEST_CASE("a token belongs to one visitor of an inbox", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox("website");
  f.tables().visitors().insert(visitor_row(inbox), token);
  CHECK_THROWS_AS(f.tables().visitors().insert(visitor_row(inbox), token), std::logic_error);
}

TEMPLATE_LIST_TEST_CASE("visitors who never wrote go after a while, with their uploads' marks", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& visitors = f.tables().visitors();
  const auto inbox = f.inbox("website");
  const auto old = visitors.insert(visitor_row(inbox, 1), std::string(32, '\x01'));
  const auto late = visitors.insert(visitor_row(inbox, 9), std::string(32, '\x02'));
  auto known = visitor_row(inbox, 1);
  known.identity = f.identity(inbox, "user:7", f.contact());
  const auto kept = visitors.insert(known, std::string(32, '\x03'));
  AttachmentRow upload;
  upload.created_at = at_ms(1);
  visitors.add_upload(old, f.tables().attachments().insert(upload), 10, at_ms(1));
  CHECK(visitors.remove_unused(at_ms(5), 10) == 1);
  CHECK_FALSE(visitors.find(old));
  CHECK(visitors.find(late));
  CHECK(visitors.find(kept));
  CHECK(visitors.remove_unused(at_ms(5), 10) == 0);
}

TEMPLATE_LIST_TEST_CASE("a chat counts its entries from one, within the conversation", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& visitors = f.tables().visitors();
  const auto conversation = f.conversation("website");
  const auto other = f.conversation("other");
  const auto first = f.message(conversation);
  CHECK(visitors.append(conversation.id, first) == 0);
  CHECK_FALSE(visitors.chat(conversation.id));
  visitors.open_chat(conversation.id);
  visitors.open_chat(conversation.id);
  visitors.open_chat(other.id);
  CHECK(visitors.append(conversation.id, first) == 1);
  const auto second = f.message(conversation, "salve", Direction::out);
  CHECK(visitors.append(conversation.id, second) == 2);
  CHECK(visitors.append(other.id, f.message(other)) == 1);
  CHECK(visitors.append(conversation.id, first) == 3);
  CHECK(visitors.chat(conversation.id) == Chat{conversation.id, 3, 0, 0});
  CHECK(visitors.first_seq_of(first) == 1);
  CHECK(visitors.first_seq_of(MessageId{99}) == 0);
  CHECK(visitors.entries_after(conversation.id, 1, 10) == std::vector<ChatEntry>{{2, second}, {3, first}});
  CHECK(visitors.entries_after(conversation.id, 0, 1) == std::vector<ChatEntry>{{1, first}});
  CHECK(visitors.entries_before(conversation.id, 3, 10) == std::vector<ChatEntry>{{1, first}, {2, second}});
  CHECK(visitors.entries_before(conversation.id, 3, 1) == std::vector<ChatEntry>{{2, second}});
}

TEMPLATE_LIST_TEST_CASE("a chat keeps its marks, and counts what lies beyond them", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& visitors = f.tables().visitors();
  const auto conversation = f.conversation("website");
  visitors.open_chat(conversation.id);
  for (const auto direction : {Direction::in, Direction::out, Direction::in, Direction::out})
    visitors.append(conversation.id, f.message(conversation, "text", direction));
  visitors.update_marks({conversation.id, 4, 3, 2});
  CHECK(visitors.chat(conversation.id) == Chat{conversation.id, 4, 3, 2});
  CHECK(visitors.count_outgoing_after(conversation.id, 0) == 2);
  CHECK(visitors.count_outgoing_after(conversation.id, 2) == 1);
  CHECK(visitors.seq_of_incoming(conversation.id, 0) == 3);
  CHECK(visitors.seq_of_incoming(conversation.id, 1) == 1);
  CHECK(visitors.seq_of_incoming(conversation.id, 2) == 0);
}

TEMPLATE_LIST_TEST_CASE("an upload is its visitor's, counts since a time, and goes with its attachment", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  auto& visitors = f.tables().visitors();
  const auto inbox = f.inbox("website");
  const auto anna = visitors.insert(visitor_row(inbox), std::string(32, '\x01'));
  const auto berta = visitors.insert(visitor_row(inbox), std::string(32, '\x02'));
  AttachmentRow upload;
  upload.created_at = at_ms(1);
  const auto attachment = f.tables().attachments().insert(upload);
  visitors.add_upload(anna, attachment, 1'000, at_ms(1));
  CHECK(visitors.uploaded(anna, attachment));
  CHECK_FALSE(visitors.uploaded(berta, attachment));
  CHECK(visitors.uploads_since(anna, at_ms(1)) == UploadCount{1, 1'000});
  CHECK(visitors.uploads_since(anna, at_ms(2)) == UploadCount{0, 0});
  CHECK(f.tables().attachments().remove_unattached(at_ms(5), 10) == 1);
  CHECK_FALSE(visitors.uploaded(anna, attachment));
}

}  // namespace inboxd::storage::conformance
