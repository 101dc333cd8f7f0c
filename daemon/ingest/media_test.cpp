// Attachments on their way into the store: fetched, tried again, given up, each shown by the message's version.
#include "daemon/ingest/media.hpp"

#include "daemon/ingest/follow_up.hpp"
#include "daemon/ingest/intake.hpp"
#include "daemon/ingest/media_name.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"

namespace inboxd::ingest {
namespace {

struct Archive : Desk {
  Archive() { inbox = add_inbox("shop"); }

  MessageId receive_file(InboxId to, const std::string& id) {
    return write([&](core::Context& context) {
      connectors::WebhookRequest request{"POST", "", {}, "file " + id + " anna"};
      const core::ProviderRequest received{to, inbox.channel->normalise(request), request.body, "text/plain", {}};
      return core::receive(context, *channels()(), received).value().with_attachments.at(0);
    });
  }
  static connectors::Exchange picture() {
    auto answer = ScriptedTransfers::answered(200, "", {{"content-type", "image/png"}});
    answer.blob = BlobRef{std::string(64, 'a'), 1234};
    return answer;
  }
  Attachment attachment(MessageId id) { return message(id).attachments.at(0); }

  AddedInbox inbox;
  CountingIngestObserver observer;
  Media media{{channels(), bus, readers, transfers, clock, random, observer}};
};

TEST_CASE("an attachment becomes ready, named after its address, and its message has a new version") {
  Archive archive;
  const auto message = archive.receive_file(archive.inbox.id, "f1");
  const auto version = archive.message(message).version;
  archive.media.wake();
  archive.transfers.complete_oldest(Archive::picture());
  const auto attachment = archive.attachment(message);
  CHECK(attachment.state == AttachmentState::ready);
  CHECK(attachment.name == "picture.png");
  CHECK(attachment.mime == "image/png");
  CHECK(attachment.size == 1234);
  CHECK(archive.message(message).version == version + 1);
}

TEST_CASE("a fetch is tried again with growing pauses, then has failed; what is gone fails at once") {
  Archive archive;
  const auto message = archive.receive_file(archive.inbox.id, "f1");
  const int status = GENERATE(500, 404);
  archive.transfers.answer_by([=](const connectors::Transfer&) { return ScriptedTransfers::answered(status, ""); });
  archive.media.wake();
  CHECK(archive.attachment(message).state == (status == 404 ? AttachmentState::failed : AttachmentState::pending));
  archive.clock.advance(std::chrono::hours{24});
  CHECK(archive.attachment(message).state == AttachmentState::failed);
  CHECK(archive.made("fetch").size() == (status == 404 ? 1U : static_cast<std::size_t>(core::media_attempts_max)));
}

TEST_CASE("a slow provider holds two fetches of its own and leaves room for another") {
  Archive archive;
  const auto other = archive.add_inbox("other");
  for (int i = 0; i < 10; ++i) archive.receive_file(archive.inbox.id, "f" + std::to_string(i));
  archive.receive_file(other.id, "o1");
  archive.media.wake();
  CHECK(archive.made("fetch").size() == 3);
  CHECK(archive.made("fetch").back() == "reference-o1");
  archive.transfers.complete_oldest(Archive::picture());
  CHECK(archive.made("fetch").size() == 4);
}

TEST_CASE("after a restart fetching goes on by itself") {
  Archive archive;
  const auto message = archive.receive_file(archive.inbox.id, "f1");
  archive.media.wake();
  Media next({archive.channels(), archive.bus, archive.readers, archive.transfers, archive.clock, archive.random,
              archive.observer});
  next.wake();
  archive.transfers.complete(1, Archive::picture());
  CHECK(archive.attachment(message).state == AttachmentState::ready);
}

TEST_CASE("a clock that is set back puts no attachment off") {
  const Milliseconds back = GENERATE(Milliseconds{90'000}, Milliseconds{3'600'000}, Milliseconds{365 * 86'400'000LL});
  Archive archive;
  const auto message = archive.receive_file(archive.inbox.id, "f1");
  archive.media.start();
  archive.transfers.complete_oldest(ScriptedTransfers::answered(500, ""));
  archive.clock.jump_wall_clock(-back);
  archive.clock.advance(Milliseconds{1'900});
  CHECK(archive.made("fetch").size() == 1);
  archive.clock.advance(Milliseconds{1'100});
  REQUIRE(archive.made("fetch").size() == 2);
  archive.transfers.complete_oldest(Archive::picture());
  CHECK(archive.attachment(message).state == AttachmentState::ready);
}

TEST_CASE("an attachment waits no year for the clock of an earlier process, and as long as a channel asked for it") {
  const auto [back, fetches] = GENERATE(table<Milliseconds, std::size_t>(
      {{std::chrono::hours{1}, 1U}, {std::chrono::hours{25}, 2U}, {std::chrono::hours{365 * 24}, 2U}}));
  Archive archive;
  archive.receive_file(archive.inbox.id, "f1");
  archive.media.start();
  archive.transfers.complete_oldest(ScriptedTransfers::answered(500, ""));
  archive.media.stop();
  archive.clock.jump_wall_clock(-back);
  Media next({archive.channels(), archive.bus, archive.readers, archive.transfers, archive.clock, archive.random,
              archive.observer});
  next.start();
  CHECK(archive.made("fetch").size() == fetches);
}

TEST_CASE("a store that refuses for a while puts no attachment off either") {
  Archive archive;
  archive.receive_file(archive.inbox.id, "f1");
  FaultyBus faulty(archive.bus);
  Media media({archive.channels(), faulty, archive.readers, archive.transfers, archive.clock, archive.random,
               archive.observer});
  archive.clock.jump_wall_clock(-std::chrono::hours{48});
  faulty.disk_full = true;
  media.start();
  CHECK(archive.made("fetch").empty());
  faulty.disk_full = false;
  archive.clock.advance(failed_media_pause);
  CHECK(archive.made("fetch").size() == 1);
}

TEST_CASE("a name from an address holds neither query nor path") {
  CHECK(name_from_url("https://a.test/b/photo.jpg?token=secret") == "photo.jpg");
  CHECK(name_from_url("https://a.test/b/a%2F..%2Fb.jpg") == "a..b.jpg");
  CHECK(name_from_url("https://a.test").empty());
  CHECK(name_from_url("not an address").empty());
}

}  // namespace
}  // namespace inboxd::ingest
