// Customers' files are fetched from Meta only, and the token goes nowhere else.
#include "connectors/whatsapp/media.hpp"

#include "connectors/whatsapp/media_reference.hpp"
#include "connectors/whatsapp/test_account.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using namespace inboxd::connectors::whatsapp;

namespace {

InboundAttachment file(std::string reference = "1001") {
  return {std::move(reference), "a.jpg", "image/jpeg", std::nullopt, ""};
}

FetchStep next(const Exchanges& done, const InboundAttachment& attachment = file()) {
  return next_step_of_fetch(test_account(), attachment, done);
}

Exchange address(const std::string& url) {
  return answered(200, R"({"id":"1001","mime_type":"image/png","file_size":12,"url":")" + url + "\"}", "media_address");
}

Exchange downloaded(int status) {
  auto exchange = answered(status, "", "media_download");
  if (status == 200) exchange.blob = BlobRef{std::string(64, 'a'), 12};
  return exchange;
}

const std::string lookaside = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1";

}  // namespace

TEST_CASE("whatsapp media: the id is exchanged for an address, the address for bytes") {
  const auto lookup = std::get<Transfer>(next({}));
  CHECK(lookup.url == "https://graph.facebook.com/v23.0/1001");
  CHECK(lookup.method == "GET");
  CHECK(header_of(lookup.headers, "Authorization") == "Bearer EAAx");
  const auto download = std::get<Transfer>(next({address(lookaside)}));
  CHECK(download.url == lookaside);
  CHECK(download.response_target == ResponseTarget::blob);
  CHECK(download.response_bytes_max == 16U << 20U);
  CHECK(header_of(download.headers, "Authorization") == "Bearer EAAx");
  const auto fetched = std::get<MediaFetched>(next({address(lookaside), downloaded(200)}));
  CHECK(fetched.blob.size == 12);
  CHECK(fetched.mime == "image/png");
}

TEST_CASE("whatsapp media: the token goes to Graph and lookaside only, and no request to strangers") {
  CHECK(std::get<Transfer>(next({address("https://scontent.fbcdn.net/a")})).headers.empty());
  CHECK(std::get<Transfer>(next({address("https://mmg.whatsapp.net/a")})).headers.empty());
  CHECK_FALSE(std::get<Transfer>(next({address("https://graph.facebook.com/a")})).headers.empty());
  for (const auto* url :
       {"https://evil.example/a", "http://lookaside.fbsbx.com/a", "https://lookaside.fbsbx.com.evil/a",
        "https://evilfbcdn.net/a", "https://lookaside.fbsbx.com@evil.example/a", "https://lookaside.fbsbx.com:8443/a",
        "https://graph.facebook.com:444/a", "file:///etc/passwd", "nonsense"}) {
    INFO(url);
    CHECK(std::holds_alternative<MediaGone>(next({address(url)})));
  }
}

TEST_CASE("whatsapp media: an expired address is asked for once more, then later") {
  for (const int status : {401, 403, 404, 410}) {
    const Exchanges once{address(lookaside), downloaded(status)};
    CHECK(std::get<Transfer>(next(once)).label == "media_address");
    const Exchanges twice{address(lookaside), downloaded(status), address(lookaside), downloaded(status)};
    CHECK(std::get<MediaRetry>(next(twice)).delay == std::chrono::minutes(1));
  }
  const auto by_url = file(to_text({"", lookaside}));
  CHECK(std::get<Transfer>(next({}, by_url)).url == lookaside);
  CHECK(std::holds_alternative<MediaGone>(next({downloaded(404)}, by_url)));
}

TEST_CASE("whatsapp media: bytes that are not what was announced are fetched once more, then given up") {
  auto announced = file();
  announced.sha256 = std::string(64, 'a');
  CHECK(std::holds_alternative<MediaFetched>(next({address(lookaside), downloaded(200)}, announced)));
  announced.sha256 = std::string(64, 'b');
  const Exchanges once{address(lookaside), downloaded(200)};
  CHECK(std::get<Transfer>(next(once, announced)).label == "media_address");
  const Exchanges twice{address(lookaside), downloaded(200), address(lookaside), downloaded(200)};
  CHECK(std::get<MediaGone>(next(twice, announced)).why.find("SHA-256") != std::string::npos);
  auto agreeing = address(lookaside);
  agreeing.body.insert(1, "\"sha256\":\"" + std::string(64, 'a') + "\",");
  CHECK(std::holds_alternative<MediaFetched>(next({agreeing, downloaded(200)}, announced)));
}

TEST_CASE("whatsapp media: what is gone is given up, what may come back is tried again") {
  auto lookup = [](int status, const std::string& body) { return answered(status, body, "media_address"); };
  CHECK(std::holds_alternative<MediaGone>(next({lookup(404, "")})));
  CHECK(std::holds_alternative<MediaGone>(next({lookup(400, R"({"error":{"code":100,"error_subcode":33}})")})));
  CHECK(std::get<MediaRetry>(next({lookup(401, R"({"error":{"code":190}})")})).delay == std::chrono::minutes(10));
  CHECK(std::holds_alternative<MediaRetry>(next({lookup(200, "garbage")})));
  CHECK(std::holds_alternative<MediaRetry>(next({lookup(500, "")})));
  CHECK(std::holds_alternative<MediaRetry>(next({failed(TransferFailure::lost, "media_address")})));
  CHECK(
      std::holds_alternative<MediaRetry>(next({address(lookaside), failed(TransferFailure::lost, "media_download")})));
  CHECK(std::holds_alternative<MediaGone>(
      next({address(lookaside), failed(TransferFailure::too_large, "media_download")})));
  CHECK(std::holds_alternative<MediaGone>(next({}, file("../me"))));
  CHECK(std::holds_alternative<MediaGone>(next({}, file(""))));
}

TEST_CASE("whatsapp media: base64 hashes become hex, anything else nothing") {
  CHECK(sha256_hex_from_base64("LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=") ==
        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  CHECK(sha256_hex_from_base64("4654+8g=").empty());
  CHECK(sha256_hex_from_base64(std::string(43, '*') + "=").empty());
}
