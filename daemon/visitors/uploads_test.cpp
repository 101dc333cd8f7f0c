// Files that are refused when their bytes are there already.
#include "tests/support/catch.hpp"
#include "tests/support/visitor_desk.hpp"

using namespace inboxd;

namespace {

struct Sender : VisitorDesk {
  Result<Attachment> send(const std::string& bytes) {
    auto writer = blobs.create().value();
    REQUIRE(writer->write(bytes));
    const auto blob = writer->finish().value();
    std::optional<Result<Attachment>> answer;
    visitors.upload(caller, {blob, "a.png"}, [&](Result<Attachment> given) { answer.emplace(std::move(given)); });
    return *answer;
  }
  storage::UploadCount today() {
    return read([&](const storage::Tables& tables) { return tables.visitors().uploads_since(caller.visitor, {}); });
  }
  visitors::Caller caller = caller_of(ask_session().value());
};

const std::string picture = "\x89PNG\r\n\x1a\n" + std::string(1000, 'x');

}  // namespace

TEST_CASE("the bytes of a refused file count for the day as those of one that is kept") {
  Sender desk;
  REQUIRE(desk.send(picture));
  CHECK(desk.today().bytes == static_cast<std::int64_t>(picture.size()));
  CHECK(desk.send("MZ, a program").error().code == ErrorCode::bad_request);
  CHECK(desk.today().files == 2);
  // Over the quota of a day, and over the size of one file.
  CHECK(desk.send(picture + std::string(1U << 20U, 'x')).error().code == ErrorCode::rate_limited);
  CHECK(desk.today().files == 3);
  CHECK(desk.send(std::string(26U << 20U, 'x')).error().code == ErrorCode::payload_too_large);
  CHECK(desk.today().files == 4);
  CHECK(desk.send(picture).error().code == ErrorCode::rate_limited);
}

TEST_CASE("a refused file cannot be attached") {
  Sender desk;
  REQUIRE_FALSE(desk.send("MZ, a program"));
  core::VisitorSays message;
  message.client_msg_id = VisitorClient::uuid(1);
  message.attachments = {AttachmentId{1}};
  std::optional<Result<core::Said>> said;
  desk.visitors.say(desk.caller, message, [&](Result<core::Said> answer) { said.emplace(std::move(answer)); });
  CHECK(said->error().code == ErrorCode::bad_request);
}
