// What leaves a connection, in order, whatever the kernel takes at a time.
#include "daemon/http/write_queue.hpp"

#include "tests/support/catch.hpp"

namespace {

using inboxd::http::WriteQueue;

std::shared_ptr<const std::string> text(char letter, std::size_t size) {
  return std::make_shared<const std::string>(size, letter);
}

/// Everything that waits, taken in steps of at most `step` bytes.
std::string drain(WriteQueue& queue, std::size_t step) {
  std::string all;
  while (queue.size() > 0) {
    WriteQueue::Pieces pieces;
    std::size_t left = step;
    const auto before = all.size();
    for (const auto& piece : queue.first(pieces)) {
      const auto size = std::min(left, piece.size());
      all.append(static_cast<const char*>(piece.data()), size);
      left -= size;
    }
    REQUIRE(all.size() > before);
    queue.take(all.size() - before);
  }
  return all;
}

}  // namespace

TEST_CASE("own bytes and shared texts leave in the order in which they came, however little the kernel takes") {
  const std::size_t step = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{300}, std::size_t{100'000});
  WriteQueue queue;
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const auto prefix = "frame " + std::to_string(i) + ' ';
    queue.own() += prefix;
    expected += prefix;
    const auto body = text(static_cast<char>('a' + i % 26), i % 3 == 0 ? 5 : 200);
    queue.share(body);
    expected += *body;
  }
  queue.own() += "end";
  expected += "end";
  CHECK(queue.size() == expected.size());
  CHECK(drain(queue, step) == expected);
}

TEST_CASE("a shared text is let go as soon as the kernel has it") {
  WriteQueue queue;
  auto body = text('x', 1'000);
  const std::weak_ptr<const std::string> watched = body;
  queue.share(std::move(body));
  queue.own() += "rest";
  queue.take(999);
  CHECK_FALSE(watched.expired());
  queue.take(1);
  CHECK(watched.expired());
  CHECK(drain(queue, 10) == "rest");
}

TEST_CASE("a cleared queue is empty and can be used again") {
  WriteQueue queue;
  queue.own() += "own";
  queue.share(text('y', 500));
  queue.take(4);
  queue.clear();
  CHECK(queue.size() == 0);
  queue.own() += "new";
  CHECK(drain(queue, 100) == "new");
}
