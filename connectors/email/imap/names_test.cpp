// Folders' names, dates and cursors.
#include "connectors/email/imap/names.hpp"

#include "connectors/email/imap/cursor.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::connectors::email::imap {

TEST_CASE("a folder's name is written in modified UTF-7 and read again") {
  // The examples of RFC 3501 section 5.1.3 and RFC 2152.
  REQUIRE(encode_folder("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-");
  REQUIRE(encode_folder("Gesendet & Größe") == "Gesendet &- Gr&APYA3w-e");
  REQUIRE(encode_folder("a\r\nb") == "a&AA0ACg-b");
  for (const std::string name : {"INBOX", "Entwürfe", "&", "😀/😁", "台北 & co", ""})
    REQUIRE(decode_folder(encode_folder(name)) == name);
}

TEST_CASE("a name that is not modified UTF-7 stays as it is") {
  for (const std::string name : {"Entwürfe", "a & b", "&####-", "&2D0-", "&"}) REQUIRE(decode_folder(name) == name);
}

TEST_CASE("a quoted name cannot end its quotes") { REQUIRE(quoted(R"(a"b\c)") == R"("a\"b\\c")"); }

TEST_CASE("IMAP's dates are read with their zone, others are none") {
  REQUIRE(parse_date_time("17-Jul-1996 02:44:25 -0700") == parse_rfc3339("1996-07-17T09:44:25Z"));
  REQUIRE(parse_date_time(" 1-Feb-2026 00:00:00 +0530") == parse_rfc3339("2026-01-31T18:30:00Z"));
  REQUIRE(parse_date_time("1-Feb-2026 00:00:00 +0000") == parse_rfc3339("2026-02-01T00:00:00Z"));
  for (const auto* text : {"", "1", " ", "31-Feb-2026 00:00:00 +0000", "01-Foo-2026 00:00:00 +0000",
                           "01-Feb-2026 25:00:00 +0000", "01-Feb-2026 00:00:00", "01-Feb-2026 00:00:00 +0000 "})
    REQUIRE_FALSE(parse_date_time(text));
  REQUIRE(search_date(*parse_rfc3339("2026-02-01T23:59:59Z")) == "1-Feb-2026");
}

TEST_CASE("a cursor reads as it was written, anything else is none") {
  Cursor cursor;
  cursor.folder = "Entwürfe \"x\"";
  cursor.uidvalidity = 4'294'967'295;
  cursor.last_uid = 4'294'967'295;
  cursor.last_at = parse_rfc3339("2026-02-01T23:59:59Z");
  cursor.importing = true;
  cursor.resync_from = parse_rfc3339("2026-01-30T23:59:59Z");
  cursor.refused_uid = 9;
  cursor.refused_times = 3;
  cursor.put_off_times = 7;
  REQUIRE(cursor_from_text(to_text(cursor)) == cursor);
  REQUIRE(cursor_from_text(to_text(Cursor())) == Cursor());
  for (const auto* text : {"", "7", "{}", "[", "null"}) REQUIRE_FALSE(cursor_from_text(text));
}

}  // namespace inboxd::connectors::email::imap
