// The SSRF guard's judgement of URLs: base URLs exactly, media hosts over https, nothing else, however disguised.
#include "daemon/transfers/reach.hpp"

#include <string>

#include "tests/support/catch.hpp"

namespace inboxd::transfers {
namespace {

const Reach reach{{"https://api.example.com/v1", "http://127.0.0.1:8081", "http://[::1]:9000"},
                  {"cdn.example.net", "*.media.example.org"}};

Admission judge(const std::string& url) {
  const auto target = parse_target(url);
  return target ? admission(*target, reach) : Admission::refused;
}

TEST_CASE("a base URL's scheme, host and port are let through, loopback included", "[reach]") {
  const auto* url = GENERATE("https://api.example.com/bot1:secret/getMe", "https://API.EXAMPLE.COM:443/",
                             "http://127.0.0.1:8081/x?y", "http://[::1]:9000/", "http://0x7f.1:8081/");
  INFO(url);
  CHECK(judge(url) == Admission::base);
}

TEST_CASE("media hosts are let through over https on its usual port only", "[reach]") {
  CHECK(judge("https://cdn.example.net/file") == Admission::media);
  CHECK(judge("https://CDN.example.net:443/file") == Admission::media);
  CHECK(judge("https://a.b.media.example.org/file") == Admission::media);
  CHECK(judge("http://cdn.example.net/file") == Admission::refused);
  CHECK(judge("https://cdn.example.net:22/file") == Admission::refused);
}

TEST_CASE("everything else is refused", "[reach]") {
  const auto* url = GENERATE(
      "https://example.com/", "http://api.example.com/", "https://api.example.com:8443/",
      "https://api.example.com.evil.test/", "https://evil.test/api.example.com", "https://media.example.org/",
      "https://xmedia.example.org/", "https://cdn.example.net./", "http://127.0.0.1:8082/", "http://127.0.0.1/",
      "http://localhost:8081/", "http://127.0.0.2:8081/", "https://127.0.0.1:8081/", "http://[::ffff:127.0.0.1]:8081/",
      "https://api.example.com@evil.test/", "https://user:pass@api.example.com/", "https://user@cdn.example.net/",
      "file:///etc/passwd", "gopher://api.example.com:443/", "ftp://cdn.example.net/", "//api.example.com/",
      "api.example.com", "", "https://", "https://api.example.com\\@evil.test/", "https://evil.test\\@api.example.com/",
      "https://evil.test#@api.example.com/", "https://evil.test?@api.example.com/", "https://api.example.com /",
      "https://evil.test\r\n.media.example.org/");
  INFO(url);
  CHECK(judge(url) == Admission::refused);
}

TEST_CASE("a URL cut by a NUL is refused", "[reach]") {
  CHECK(judge(std::string("https://api.example.com/\0@evil.test/", 36)) == Admission::refused);
}

TEST_CASE("no media hosts: only base URLs", "[reach]") {
  const Reach bare{{"https://api.example.com"}, {}};
  CHECK(admission(*parse_target("https://cdn.example.net/"), bare) == Admission::refused);
}

TEST_CASE("redirects stay on scheme, host and port", "[reach]") {
  const std::string url = "https://api.example.com/a/b?c=1";
  CHECK(same_origin_redirect(url, "/d?e=2") == "https://api.example.com/d?e=2");
  CHECK(same_origin_redirect(url, "d") == "https://api.example.com/a/d");
  CHECK(same_origin_redirect(url, "https://api.example.com:443/d").has_value());
  CHECK_FALSE(same_origin_redirect(url, "http://api.example.com/d"));
  CHECK_FALSE(same_origin_redirect(url, "https://api.example.com:444/d"));
  CHECK_FALSE(same_origin_redirect(url, "//evil.test/d"));
  CHECK_FALSE(same_origin_redirect(url, "https://x@api.example.com/d"));
  CHECK_FALSE(same_origin_redirect(url, "file:///etc/passwd"));
}

TEST_CASE("error texts lose their URLs", "[reach]") {
  CHECK(without_urls("no URL here: 443") == "no URL here: 443");
  CHECK(without_urls("at https://h/bot1:secret/x now 'http://h/y'") == "at [url] now '[url]'");
  CHECK(parse_target("https://h/bot1:secret/x")->origin() == "https://h:443");
}

}  // namespace
}  // namespace inboxd::transfers
