// Files by their first bytes, honest and not.
#include "daemon/visitors/content_type.hpp"

#include "tests/support/catch.hpp"

using namespace inboxd::visitors;
using namespace std::string_view_literals;

TEST_CASE("a file is what its bytes say") {
  CHECK(sniff_content_type("\x89PNG\r\n\x1a\n\0\0"sv) == "image/png");
  CHECK(sniff_content_type("\xff\xd8\xff\xe0 JFIF"sv) == "image/jpeg");
  CHECK(sniff_content_type("GIF89a"sv) == "image/gif");
  CHECK(sniff_content_type("RIFF\x10\0\0\0WEBPVP8 "sv) == "image/webp");
  CHECK(sniff_content_type("%PDF-1.7"sv) == "application/pdf");
  CHECK(sniff_content_type("\0\0\0\x18"
                           "ftypisom"sv) == "video/mp4");
  CHECK(sniff_content_type("OggS\0\x02"sv) == "audio/ogg");
  CHECK(sniff_content_type("PK\x03\x04"sv) == "application/zip");
  CHECK(sniff_content_type("perch\xc3\xa9 no"sv) == "text/plain");
}

TEST_CASE("what a browser could take for a page is no plain text") {
  for (const auto text :
       {"<html>"sv, " \n<script>"sv, "<svg onload=x>"sv, "\xEF\xBB\xBF<!doctype html>"sv, "<?xml version"sv})
    CHECK(sniff_content_type(text) == "text/html");
}

TEST_CASE("what is not known is octets") {
  CHECK(sniff_content_type(""sv) == "application/octet-stream");
  CHECK(sniff_content_type("MZ\x90\0\x03"sv) == "application/octet-stream");
  CHECK(sniff_content_type("\x7f"
                           "ELF\x02\x01"sv) == "application/octet-stream");
}
