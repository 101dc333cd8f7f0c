// Values of headers as programs write them, and as attackers do.
#include "connectors/email/mail/header_text.hpp"

#include "connectors/email/mail/charset.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd::connectors::email;

TEST_CASE("email headers: encoded words are read, alone, side by side, and cut inside a character") {
  CHECK(decode_words("=?utf-8?Q?caf=C3=A9_x?=") == "café x");
  CHECK(decode_words("=?utf-8?B?w6nDqQ==?= =?utf-8?B?w6k=?=") == "ééé");
  CHECK(decode_words("=?utf-8?Q?=C3?=\r\n =?utf-8?Q?=A9?=") == "é");
  CHECK(decode_words("a =?iso-8859-1?q?=E9?= b =?utf-8?q?=C3=A9?=") == "a é b é");
  CHECK(decode_words("=?utf-8*de?Q?x?=") == "x");
  CHECK(decode_words("=?gb2312?B?xOO6?= =?gb2312?B?w9XY6EY=?=") == "你好肇鐵");
  CHECK(decode_words("=?utf-8?Q?with space?=") == "with space");
}

TEST_CASE("email headers: what is no encoded word stays as it is, and 8-bit bytes are read") {
  CHECK(decode_words("=?utf-8?Q?broken") == "=?utf-8?Q?broken");
  CHECK(decode_words("a =? b ?= c") == "a =? b ?= c");
  CHECK(decode_words("caf\xE9 \x93") == "café “");
  CHECK(decode_words("café") == "café");
  CHECK(decode_words("=?x-nonsense?Q?=E9?=") == "é");
  CHECK(decode_words("=?utf-8?B?!!!!?=").empty());
  CHECK(decode_words("").empty());
}

TEST_CASE("email headers: words that never end cost no more than their length, and only a front is read") {
  std::string unfinished;
  while (unfinished.size() < 1'000'000) unfinished += "=?utf-8?Q?x ";
  CHECK(decode_words(unfinished).size() == 64U << 10U);
  const std::string word = "=?utf-8?Q?" + std::string(1'500, 'x') + "?=";
  CHECK(decode_words(word) == std::string(1'500, 'x'));
  const std::string endless = "=?utf-8?Q?" + std::string(3'000, 'x') + "?=";
  CHECK(decode_words(endless) == endless);
}

TEST_CASE("email headers: addresses are read as people and programs write them") {
  const auto one = [](std::string_view raw) {
    const auto all = addresses_of(raw);
    return all.size() == 1 ? all[0].address + '|' + all[0].name : std::to_string(all.size());
  };
  CHECK(one("\"=?utf-8?Q?a=C3=A9?=\" <x@y.example>") == "x@y.example|aé");
  CHECK(one("x@y.example (Anna)") == "x@y.example|Anna");
  CHECK(one("[ACME] Support <x@y.example>") == "x@y.example|[ACME] Support");
  CHECK(one("M\xFCller <m@x.example>") == "m@x.example|Müller");
  CHECK(one("Last, First <a@b.example>") == "a@b.example|Last, First");
  CHECK(one("undisclosed-recipients:;") == "0");
  CHECK(one("<>") == "0");
  CHECK(one("[x] <support@" + std::string(500, '\xFF') + ">") == "0");
  CHECK(addresses_of("g: a@b.example, c@d.example;, e@f.example").size() == 3);
}

TEST_CASE("email headers: addresses without end, groups in groups and open brackets are survived") {
  std::string many;
  for (int i = 0; i < 20'000; ++i) many += "a@b.example, ";
  bool cut = false;
  CHECK(addresses_of(many, &cut).size() == addresses_max);
  CHECK(cut);
  std::string groups;
  for (int i = 0; i < 100'000; ++i) groups += "a:";
  CHECK(addresses_of(groups).empty());
  for (const char c : {'(', '<', '"', ',', '[', '@', '\\', ';'}) (void)addresses_of(std::string(100'000, c));
  for (const auto& address : addresses_of("\x01\x02<\xFF@\xFE> x")) CHECK(is_utf8(address.address));
}

TEST_CASE("email headers: Message-IDs come with brackets, with words between and without brackets") {
  using Ids = std::vector<std::string>;
  CHECK(message_ids_of("<a@b> <c@d>", 9) == Ids{"<a@b>", "<c@d>"});
  CHECK(message_ids_of("a@b, c@d", 9) == Ids{"<a@b>", "<c@d>"});
  CHECK(message_ids_of("Your message of Monday <a@b>", 9) == Ids{"<a@b>"});
  CHECK(message_ids_of("a@b<c@d>", 9) == Ids{"<a@b>", "<c@d>"});
  CHECK(message_ids_of("<open@end", 9) == Ids{"<open@end>"});
  CHECK(message_ids_of("<> < >", 9).empty());
  CHECK(message_ids_of("<a@b> <c@d>", 1) == Ids{"<a@b>"});
  CHECK(message_ids_of('<' + std::string(9999, 'a') + "@b>", 9).empty());
}

TEST_CASE("email headers: a date is read in every form, and nonsense is none") {
  CHECK(inboxd::to_rfc3339(date_of("Sun, 22 Nov 2026 10:00:00 +0100").value()) == "2026-11-22T09:00:00.000Z");
  CHECK(inboxd::to_rfc3339(date_of("22 Nov 26 23:40 EST").value()) == "2026-11-23T04:40:00.000Z");
  for (const auto* text : {"", "today", "Mon, 99 Foo 99999999999 99:99:99 +9999", "Thu, 1 Jan 1970 00:00:00 +0000"})
    CHECK_FALSE(date_of(text));
}
