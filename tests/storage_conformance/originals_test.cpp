// Raw originals, repetitions, quarantine, attachments and the references to their blobs.
#include "tests/storage_conformance/fixture.hpp"

namespace inboxd::storage::conformance {
namespace {

RawOriginal original_of(InboxId inbox, std::int64_t received_ms) {
  return {{}, inbox, "application/json", std::string("{\0\xFF}", 4), at_ms(received_ms)};
}

AttachmentRow upload(const std::string& hash, std::int64_t created_ms) {
  AttachmentRow row;
  row.attachment = {{}, "a.png", "image/png", 12, AttachmentState::ready};
  row.blob_hash = hash;
  row.created_at = at_ms(created_ms);
  return row;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("an original is kept byte for byte and linked to what it brought", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto message = f.message(conversation);
  auto& originals = f.tables().originals();
  auto row = original_of(conversation.inbox, 1);
  row.id = originals.insert(row);
  CHECK(originals.find(row.id) == row);
  const auto edit = originals.insert(original_of(conversation.inbox, 2));
  originals.link(edit, message);
  originals.link(row.id, message);
  originals.link(row.id, message);
  CHECK(originals.of_message(message) == std::vector<RawOriginalId>{row.id, edit});
  CHECK_FALSE(originals.find(RawOriginalId{99}));
}

TEMPLATE_LIST_TEST_CASE("a dedupe key counts once in its inbox, and not at all when rolled back", "[storage]",
                        BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  const auto other = f.inbox("other");
  f.commit_and_begin();
  auto& originals = f.tables().originals();
  f.writer->savepoint();
  CHECK(originals.mark_seen(inbox, "key", at_ms(1), KeyLife::lasting));
  f.writer->rollback_to_savepoint();
  CHECK_FALSE(originals.seen(inbox, "key"));
  CHECK(originals.mark_seen(inbox, "key", at_ms(1), KeyLife::lasting));
  CHECK_FALSE(originals.mark_seen(inbox, "key", at_ms(2), KeyLife::lasting));
  CHECK(originals.seen(inbox, "key"));
  CHECK(originals.mark_seen(other, "key", at_ms(3), KeyLife::lasting));
}

TEMPLATE_LIST_TEST_CASE("passing keys are forgotten, oldest first, and lasting ones never", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& originals = f.tables().originals();
  const auto inbox = f.inbox();
  originals.mark_seen(inbox, "message", at_ms(1), KeyLife::lasting);
  for (int i = 1; i <= 3; ++i) originals.mark_seen(inbox, "receipt " + std::to_string(i), at_ms(i), KeyLife::passing);
  CHECK(originals.forget_keys(at_ms(3), 1) == 1);
  CHECK_FALSE(originals.seen(inbox, "receipt 1"));
  CHECK(originals.forget_keys(at_ms(3), 10) == 1);
  CHECK(originals.seen(inbox, "receipt 3"));
  CHECK(originals.seen(inbox, "message"));
}

TEMPLATE_LIST_TEST_CASE("old originals go with their links, but not those in quarantine", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  const auto message = f.message(conversation);
  auto& originals = f.tables().originals();
  std::vector<RawOriginalId> ids;
  for (int n = 0; n < 5; ++n) ids.push_back(originals.insert(original_of(conversation.inbox, n)));
  originals.link(ids[0], message);
  QuarantineRow row{{}, conversation.inbox, ids[1], "malformed", "not JSON", at_ms(1)};
  row.id = originals.insert_quarantine(row);
  CHECK(originals.remove_before(at_ms(3), 1) == 1);
  CHECK(originals.of_message(message).empty());
  CHECK(originals.remove_before(at_ms(3), 9) == 1);
  CHECK(originals.find(ids[1]));
  CHECK_FALSE(originals.find(ids[2]));
  CHECK(originals.find(ids[3]));
}

TEMPLATE_LIST_TEST_CASE("a large original refers to its blob until it goes", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  auto& originals = f.tables().originals();
  auto large = original_of(inbox, 1);
  large.body.clear();
  large.blob_hash = "mail";
  large.id = originals.insert(large);
  auto again = large;
  again.received_at = at_ms(2);
  again.id = originals.insert(again);
  CHECK(originals.find(large.id) == large);
  CHECK(f.tables().attachments().references("mail") == 2);
  CHECK(originals.remove_before(at_ms(9), 1) == 1);
  CHECK(f.tables().attachments().references("mail") == 1);
  CHECK(f.tables().attachments().orphans(at_ms(99), 9).empty());
  CHECK(originals.remove_before(at_ms(9), 9) == 1);
  CHECK(f.tables().attachments().orphans(at_ms(99), 9) == std::vector<std::string>{"mail"});
}

TEMPLATE_LIST_TEST_CASE("quarantine is read newest first in pages, by inbox", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto inbox = f.inbox();
  auto& originals = f.tables().originals();
  std::vector<QuarantineRow> rows;
  for (int n = 0; n < 3; ++n) {
    QuarantineRow row{{}, inbox, originals.insert(original_of(inbox, n)), "malformed", "why", at_ms(n)};
    row.id = originals.insert_quarantine(row);
    rows.push_back(row);
  }
  CHECK(originals.quarantine(inbox, {}, 2) == std::vector<QuarantineRow>{rows[2], rows[1]});
  CHECK(originals.quarantine(inbox, rows[1].id, 2) == std::vector<QuarantineRow>{rows[0]});
  CHECK(originals.quarantine(f.inbox("other"), {}, 2).empty());
}

TEMPLATE_LIST_TEST_CASE("an attachment comes back as it was updated, and with its message", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  auto& attachments = f.tables().attachments();
  AttachmentRow row;
  row.attachment = {{}, "a.ogg", "audio/ogg", 0, AttachmentState::pending};
  row.message = f.message(conversation);
  row.inbox = conversation.inbox;
  row.reference = "file-id";
  row.sha256 = std::string(64, 'a');
  row.attachment.content_id = "logo@shop";
  row.created_at = at_ms(1);
  row.attachment.id = attachments.insert(row);
  CHECK(attachments.find(row.attachment.id) == row);
  row.attachment.state = AttachmentState::ready;
  row.attachment.size = 77;
  row.blob_hash = std::string(64, 'a');
  row.attempts = 2;
  row.next_attempt_at = at_ms(9);
  row.failure = "timed out";
  row.uploader = f.agent();
  attachments.update(row);
  CHECK(attachments.find(row.attachment.id) == row);
  CHECK(attachments.of_message(*row.message) == std::vector<AttachmentRow>{row});
  CHECK(f.tables().messages().find(*row.message)->attachments == std::vector<Attachment>{row.attachment});
}

TEMPLATE_LIST_TEST_CASE("pending attachments fall due, the longest waiting first", "[storage]", BackEnds) {
  Fixture<TestType> f;
  auto& attachments = f.tables().attachments();
  CHECK_FALSE(attachments.next_due());
  std::vector<AttachmentId> ids;
  for (const std::int64_t due : {30, 10, 20}) {
    auto row = upload("", due);
    row.attachment.state = AttachmentState::pending;
    if (due != 20) row.next_attempt_at = at_ms(due);
    ids.push_back(attachments.insert(row));
  }
  attachments.insert(upload("hash", 1));
  CHECK(attachments.next_due() == at_ms(10));
  CHECK(attachments.due(at_ms(9), 9).empty());
  const auto due = attachments.due(at_ms(20), 9);
  REQUIRE(due.size() == 2);
  CHECK(due[0].attachment.id == ids[1]);
  CHECK(due[1].attachment.id == ids[2]);
  CHECK(attachments.due(at_ms(99), 1).size() == 1);
}

TEMPLATE_LIST_TEST_CASE("a blob is an orphan once nothing refers to it", "[storage]", BackEnds) {
  Fixture<TestType> f;
  const auto conversation = f.conversation();
  auto& attachments = f.tables().attachments();
  auto kept = upload("shared", 1);
  kept.message = f.message(conversation);
  const auto kept_id = attachments.insert(kept);
  attachments.insert(upload("shared", 2));
  attachments.insert(upload("alone", 3));
  attachments.insert(upload("recent", 50));
  CHECK(attachments.references("shared") == 2);
  CHECK(attachments.references("unknown") == 0);
  CHECK(attachments.orphans(at_ms(99), 9).empty());
  CHECK(attachments.remove_unattached(at_ms(40), 9) == 2);
  CHECK(attachments.references("shared") == 1);
  CHECK(attachments.orphans(at_ms(3), 9).empty());
  CHECK(attachments.orphans(at_ms(99), 9) == std::vector<std::string>{"alone"});
  attachments.forget_blob("alone");
  attachments.forget_blob("shared");
  CHECK(attachments.orphans(at_ms(99), 9).empty());
  CHECK(attachments.references("shared") == 1);
  CHECK(attachments.references("recent") == 1);
  attachments.remove(kept_id);
  CHECK_FALSE(attachments.find(kept_id));
  CHECK(attachments.orphans(at_ms(99), 9) == std::vector<std::string>{"shared"});
}

}  // namespace inboxd::storage::conformance
