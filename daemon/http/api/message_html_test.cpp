// A message's formatted form: its own images by links that hold, and the policy around it.
#include "daemon/http/api/message_html.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::http {
namespace {

Attachment picture(std::int64_t id, std::string content_id, AttachmentState state) {
  Attachment attachment;
  attachment.id = AttachmentId{id};
  attachment.mime = "image/png";
  attachment.content_id = std::move(content_id);
  attachment.state = state;
  return attachment;
}

TEST_CASE("a message's own images are shown by signed links, and no others", "[html]") {
  SeededRandom random(1);
  const MediaLinks links(random);
  const auto now = from_unix_ms(1'763'800'000'000);
  Message message;
  message.attachments = {picture(7, "logo@shop", AttachmentState::ready),
                         picture(8, "late@shop", AttachmentState::pending), picture(9, "", AttachmentState::ready)};
  message.html =
      "<p onclick=x>Hi<img src=cid:logo@shop><img src=cid:late@shop alt=late><img src='cid:'><script>x</script></p>";
  const MediaView media{"https://media.example.com", &links, now + std::chrono::hours{1}};

  const std::string url = "https://media.example.com/media/" + links.sign(AttachmentId{7}, media.expires_at);
  CHECK(shown_html(message, media) == "<p>Hi<img src=\"" + url + "\">late</p>");
  CHECK(links.verify(url.substr(url.rfind('/') + 1), now) == AttachmentId{7});
}

TEST_CASE("the policy of a shown message lets in images of our media origin only", "[html]") {
  CHECK(shown_html_policy("https://media.example.com:8443/x?y") ==
        "sandbox; default-src 'none'; img-src 'self' data: https://media.example.com:8443; style-src 'unsafe-inline'");
  const std::string without = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'";
  CHECK(shown_html_policy("") == without);
  CHECK(shown_html_policy("https://a.example; script-src *") == without);
}

}  // namespace
}  // namespace inboxd::http
