// What a log line looks like, and what never gets into one.
#include "daemon/observe/log.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

namespace inboxd::observe {
namespace {

struct Captured {
  Redactor redactor;
  std::vector<std::string> lines;
  Log log{LogLevel::info, redactor, [this](std::string_view line) { lines.emplace_back(line); }};
};

TEST_CASE("a line has level, component, message and fields", "[log]") {
  Captured captured;
  captured.log.warning("delivery", "send failed",
                       {{"inbox", "support"}, {"attempt", 3}, {"why", "no route"}, {"again", true}, {"empty", ""}});
  CHECK(captured.lines ==
        std::vector<std::string>{
            R"(warning delivery: send failed inbox=support attempt=3 why="no route" again=true empty="")"});
}

TEST_CASE("lines below the least level are not written", "[log]") {
  Captured captured;
  captured.log.debug("app", "detail");
  CHECK(captured.lines.empty());
  captured.log.set_least(LogLevel::debug);
  captured.log.debug("app", "detail");
  captured.log.error("app", "bad {} %s");
  CHECK(captured.lines == std::vector<std::string>{"debug app: detail", "error app: bad {} %s"});
}

TEST_CASE("secrets are masked in messages and fields", "[log]") {
  Captured captured;
  captured.redactor.add("hunter2hunter2");
  captured.log.info("app", "with hunter2hunter2", {{"url", "https://h/bot12:abc/getMe"}, {"x", "hunter2hunter2"}});
  CHECK(captured.lines ==
        std::vector<std::string>{"info app: with [redacted] url=https://h/bot[redacted]/getMe x=[redacted]"});
}

TEST_CASE("text from outside cannot forge a line, and is bounded", "[log]") {
  Captured captured;
  captured.log.info("app", "a\nerror app: forged", {{"v", "x\r\n\x1b[31m\"q\"\\"}, {"long", std::string(5000, 'y')}});
  REQUIRE(captured.lines.size() == 1);
  const auto& line = captured.lines.front();
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find(R"(v="x\x0d\n\x1b[31m\"q\"\\")") != std::string::npos);
  CHECK(line.size() < 1200);
}

}  // namespace
}  // namespace inboxd::observe
