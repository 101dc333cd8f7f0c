// What the journal gets of a line, and when the journal is taken for stderr.
#include "daemon/observe/journal.hpp"

#include <cstdlib>

#include <sys/stat.h>
#include <unistd.h>

#include "daemon/observe/log.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::observe {
namespace {

TEST_CASE("the journal gets priority, message and fields, without secrets", "[journal]") {
  Redactor redactor;
  redactor.add("hunter2hunter2");
  std::vector<JournalEntry> entries;
  Log log(LogLevel::info, redactor, [&entries](const JournalEntry& entry) {
    entries.push_back(entry);
    return true;
  });
  log.debug("app", "not kept");
  log.warning("delivery", "send failed",
              {{"inbox", "support"}, {"conversation", "cv_9"}, {"message", "ms_1"}, {"why", "a\nhunter2hunter2"}});
  CHECK(entries ==
        std::vector<JournalEntry>{
            {"PRIORITY=4",
             R"(MESSAGE=delivery: send failed inbox=support conversation=cv_9 message=ms_1 why=a\n[redacted])",
             "SYSLOG_IDENTIFIER=inboxd", "INBOXD_COMPONENT=delivery", "INBOX=support", "CONVERSATION=cv_9",
             "INBOXD_MESSAGE=ms_1", R"(INBOXD_WHY=a\n[redacted])"}});
}

TEST_CASE("a field's name is one that the journal takes and owns itself no meaning of", "[journal]") {
  CHECK(journal_field("inbox") == "INBOX");
  CHECK(journal_field("conversation") == "CONVERSATION");
  CHECK(journal_field("priority") == "INBOXD_PRIORITY");
  CHECK(journal_field("in-flight") == "INBOXD_IN_FLIGHT");
}

TEST_CASE("stderr is the journal only when it is the very stream that the service manager named", "[journal]") {
  struct stat found {};
  REQUIRE(::fstat(STDERR_FILENO, &found) == 0);
  const auto own = std::to_string(found.st_dev) + ':' + std::to_string(found.st_ino);
  ::setenv("JOURNAL_STREAM", own.c_str(), 1);
  CHECK(stderr_is_journal() == (::access("/run/systemd/journal/socket", W_OK) == 0));
  ::setenv("JOURNAL_STREAM", "1:1", 1);
  CHECK_FALSE(stderr_is_journal());
  ::unsetenv("JOURNAL_STREAM");
  CHECK_FALSE(stderr_is_journal());
}

}  // namespace
}  // namespace inboxd::observe
