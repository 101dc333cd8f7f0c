// What is left of bytes that were written and then refused.
#include "daemon/http/api/refused_bytes.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"

using namespace inboxd;

namespace {

struct Uploads : Desk {
  void send(const std::string& hash, int status) {
    http::Request request;
    request.blob = BlobRef{hash, 9};
    http::leaving_refused_bytes(bus, [status](http::Request, const http::Responder& respond) {
      respond(http::json(status, "{}"));
    })(std::move(request), [this](const http::Response& response) { answered = response.status; });
  }
  std::vector<std::string> orphans() {
    clock.advance(std::chrono::hours{1});
    return read([&](const storage::Tables& tables) { return tables.attachments().orphans(clock.now(), 9); });
  }
  int answered = 0;
};

}  // namespace

TEST_CASE("bytes that were refused after they came are housekeeping's") {
  Uploads desk;
  desk.send("kept", 201);
  CHECK(desk.orphans().empty());
  desk.send("refused", 400);
  CHECK(desk.answered == 400);
  CHECK(desk.orphans() == std::vector<std::string>{"refused"});
}

TEST_CASE("refused bytes that a row names as well stay") {
  Uploads desk;
  desk.write([](core::Context& context) {
    storage::AttachmentRow row;
    row.attachment.state = AttachmentState::ready;
    row.blob_hash = "same";
    return context.tables.attachments().insert(row);
  });
  desk.send("same", 413);
  CHECK(desk.orphans().empty());
}
