// What every mail keeps to, and the golden pairs: testdata/CASE.eml is a mail with "\n" line ends (given to the reader
// with "\r\n"), CASE.out.json what it becomes. INBOXD_GOLDEN=write writes the expectations anew.
#include "connectors/email/mail/read.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "connectors/email/mail/charset.hpp"
#include "connectors/sdk/inbound_json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors;
using namespace inboxd::connectors::email;
namespace files = std::filesystem;

namespace {

std::string file_text(const files::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<files::path> cases() {
  std::vector<files::path> found;
  for (const auto& entry : files::directory_iterator(files::path(INBOXD_SOURCE_DIR) / "connectors/email/testdata"))
    if (entry.path().extension() == ".eml") found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

/// A case may have its context beside it.
std::string context_of(files::path path) { return file_text(path.replace_extension(".context")); }

}  // namespace

TEST_CASE("email: every kind of mail becomes what its golden pair says") {
  const char* mode = std::getenv("INBOXD_GOLDEN");
  const bool write = mode != nullptr && std::string_view(mode) == "write";
  CHECK(cases().size() >= 20);
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    auto expected = path;
    expected.replace_extension(".out.json");
    const std::string made = inbound_to_text(read_bytes(with_crlf(file_text(path)), context_of(path)));
    if (write) std::ofstream(expected, std::ios::binary) << made;
    CHECK(made == file_text(expected));
    const auto read = inbound_from_text(made);
    REQUIRE(read.ok());
    CHECK(inbound_to_text(read.value()) == made);
  }
}

TEST_CASE("email: it does not matter how the original is cut into pieces") {
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    const auto bytes = with_crlf(file_text(path));
    const auto whole = read_bytes(bytes, context_of(path));
    for (const std::size_t piece : {1, 7, 100}) {
      MemoryOriginal source(bytes, piece);
      MemoryParts parts;
      CHECK(read_mail(source, options(), context_of(path), parts).value() == whole);
    }
  }
}

TEST_CASE("email: a mail cut off anywhere, or with a damaged byte, is a message all the same") {
  for (const auto& path : cases()) {
    INFO(path.filename().string());
    auto bytes = with_crlf(file_text(path));
    for (std::size_t size = 0; size < bytes.size(); size += 41) check_valid(read_bytes(bytes.substr(0, size)));
    for (std::size_t at = 0; at < bytes.size(); at += 13) {
      auto damaged = bytes;
      damaged[at] = static_cast<char>(at * 31 + 128);
      check_valid(read_bytes(damaged));
    }
  }
}

TEST_CASE("email: any bytes are one message with an id and a sender") {
  std::string all;
  for (int i = 0; i < 1024; ++i) all += static_cast<char>(i);
  for (const std::string& bytes :
       {std::string(), std::string("\r\n"), std::string("\n\n\n"), std::string(1, '\0'), std::string(5000, '\0'), all,
        std::string("From: a@b.example"), std::string("From: a@b.example\r\n"), std::string("no header at all"),
        std::string("\xFF\xFE\xFD"), std::string(200'000, ':'), std::string(300'000, 'a'), std::string(100'000, '-'),
        std::string("Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\nx\r\n----\r\n"),
        std::string("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b--\r\n"),
        std::string("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b"),
        std::string("Content-Type: multipart/mixed\r\n\r\n--b\r\n\r\nlost?"),
        std::string("Content-Type: ;;;;===\r\nContent-Transfer-Encoding: nonsense\r\n\r\nx")}) {
    const auto inbound = read_bytes(bytes);
    check_valid(inbound);
    REQUIRE(inbound.events.size() == 1);
    const auto& message = std::get<MessageReceived>(inbound.events.front());
    CHECK(message.thread.handle == (bytes.starts_with("From: a@") ? "a@b.example" : "unknown@no-sender.invalid"));
    CHECK(message.external_id.ends_with("@no-message-id.invalid>"));
  }
}

TEST_CASE("email: copies of one mail that came different ways have one key, another body has another") {
  const std::string head = "From: a@b.example\nMessage-ID: <1@b.example>\n";
  const auto key = [](const std::string& bytes) { return origin_of(read_bytes(bytes).events.at(0)).dedupe_key; };
  const auto first = key(with_crlf("Received: by one\n" + head + "\nhello\n"));
  CHECK(first == key(with_crlf("Received: by two\nX-Spam: no\n" + head + "\nhello\n\n\n")));
  CHECK(first == key("Received: by two\n" + head + "\nhello"));
  CHECK(first != key(with_crlf(head + "\nhallo\n")));
  CHECK(first != key(with_crlf("From: a@b.example\nMessage-ID: <2@b.example>\n\nhello\n")));
}

TEST_CASE("email: a disk that fails is told, never taken for a mail") {
  const auto bytes = with_crlf(file_text(files::path(INBOXD_SOURCE_DIR) / "connectors/email/testdata/attachments.eml"));
  for (int reads = 1; reads < 4; ++reads) {
    MemoryOriginal source(bytes, 1000);
    source.fail_after(reads);
    MemoryParts parts;
    const auto read = read_mail(source, options(), "", parts);
    REQUIRE_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::storage_unavailable);
  }
  MemoryOriginal source(bytes);
  MemoryParts parts;
  parts.fill_disk();
  CHECK_FALSE(read_mail(source, options(), "", parts).ok());
}

TEST_CASE("email: Reply-To is where answers go, never who wrote") {
  const auto message = message_of("From: Anna <Anna@Example.com>\nReply-To: boss@example.org\n\nx\n");
  CHECK(message.thread.handle == "anna@example.com");
  CHECK(message.thread.name == "Anna");
  CHECK(email_of(message).reply_to.at(0).address == "boss@example.org");
}

TEST_CASE("email: what the company sent by another program goes out to its first recipient") {
  const auto message =
      message_of("From: support@shop.example\nTo: Anna <Anna@example.com>, b@example.com\nBcc: c@example.com\n\nx\n",
                 R"({"sent":true})");
  CHECK(message.direction == Direction::out);
  CHECK(message.thread.handle == "anna@example.com");
  CHECK(message.automation == Automation::none);
  CHECK(email_of(message).bcc.at(0).address == "c@example.com");
}

TEST_CASE("email: the writer behind our own list counts only when the list is ours") {
  CHECK(message_of("From: list@shop.example\nX-Original-Sender: anna@example.com\n\nx\n").thread.handle ==
        "anna@example.com");
  CHECK(message_of("From: eve@evil.example\nX-Original-Sender: anna@example.com\n\nx\n").thread.handle ==
        "eve@evil.example");
}

TEST_CASE("email: a mail's time is when it was written, unless that had not come yet") {
  const std::string context = R"({"internal_date":"2026-11-22T12:00:00Z"})";
  const auto at = [&](const std::string& date) {
    return to_rfc3339(message_of(date + "From: a@b.example\n\nx\n", context).created_at);
  };
  CHECK(at("Date: Sun, 22 Nov 2026 11:00:00 +0100\n") == "2026-11-22T10:00:00.000Z");
  CHECK(at("Date: Sun, 22 Nov 2099 11:00:00 +0100\n") == "2026-11-22T12:00:00.000Z");
  CHECK(at("Date: yesterday\n") == "2026-11-22T12:00:00.000Z");
  CHECK(at("") == "2026-11-22T12:00:00.000Z");
}
