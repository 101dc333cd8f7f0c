// What lists share: the query as browsers write it, limits, positions, and the shape of a page.
#include "daemon/http/api/list.hpp"

#include "schemas/types/ids.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::http {

TEST_CASE("a query is read as browsers write it, and nothing in it is dropped for its form") {
  const Query query(
      "q=caff%C3%A8+nero&status=open,pending&status=snoozed&odd=a|b\"c&raw=caff\xC3\xA8&bad=100%&empty=&&x");
  CHECK(query.find("q") == "caff\xC3\xA8 nero");
  CHECK(query.all("status") == std::vector<std::string>{"open", "pending", "snoozed"});
  CHECK(query.find("odd") == "a|b\"c");
  CHECK(query.find("raw") == "caff\xC3\xA8");
  CHECK(query.find("bad") == "100%");
  CHECK(query.find("empty") == "");
  CHECK(query.find("x") == "");
  CHECK_FALSE(query.find("y"));
  CHECK(Query("a=%zz&b=%4&c=%2B").find("c") == "+");
  CHECK(Query("a=%zz").find("a") == "%zz");
}

TEST_CASE("a limit is 1 to the most, and 50 when nobody asks") {
  CHECK(Query("").limit().value() == 50);
  CHECK(Query("limit=200").limit().value() == 200);
  for (const auto* bad : {"limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=5x", "limit=99999999999"})
    CHECK_FALSE(Query(bad).limit());
}

TEST_CASE("a position comes back as it was given out, and rubbish does not") {
  CHECK(parse_position(position_text({1763800000000, 9})) == std::vector<std::int64_t>{1763800000000, 9});
  for (const auto* bad : {"", "x", "1x", "1-2", "_1", "99999999999999999999"}) CHECK_FALSE(parse_position(bad));
}

TEST_CASE("a page shows what was asked for, and goes on after its last item only when there is more") {
  struct Row {
    MessageId id;
  };
  const auto page = [](std::vector<Row> rows) {
    return page_body(
        rows, 2, [](const Row& row) { return std::to_string(row.id.value); }, position_by_id);
  };
  CHECK(page({}) == R"({"items":[],"next":null})");
  CHECK(page({{MessageId{4}}, {MessageId{5}}}) == R"({"items":[4,5],"next":null})");
  CHECK(page({{MessageId{4}}, {MessageId{5}}, {MessageId{6}}}) == R"({"items":[4,5],"next":"5"})");
  CHECK_FALSE(Query("").after<MessageId>().value());
  CHECK(Query("after=5").after<MessageId>().value() == MessageId{5});
  for (const auto* bad : {"after=", "after=ms_5", "after=5_6"}) CHECK_FALSE(Query(bad).after<MessageId>());
}

TEST_CASE("a page names what follows, or null") {
  CHECK(list_body({"1", "2"}, "7_9") == R"({"items":[1,2],"next":"7_9"})");
  CHECK(list_body({}, "", R"(,"cursor":"e:1")") == R"({"items":[],"next":null,"cursor":"e:1"})");
}

}  // namespace inboxd::http
