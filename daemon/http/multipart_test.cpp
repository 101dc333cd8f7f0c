// Forms, whole and cut at every byte.
#include "daemon/http/multipart.hpp"

#include "daemon/http/header_parameters.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;
using namespace inboxd::http;

namespace {

const std::string usual =
    "preamble\r\n--b1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhello\r\n--b1  \r\n"
    "content-disposition: form-data; name=\"file\"; filename=\"C:\\dir\\a \\\"b\\\".png\"\r\n"
    "Content-Type: image/png\r\n\r\nbytes\r\n--b\r\nmore\r\n--b1--\r\nepilogue";

struct Parsed {
  std::string file;
  std::string name;
  std::string type;
};

Result<Parsed> parse(const std::string& form, std::size_t piece) {
  MultipartParser parser("b1");
  Parsed parsed;
  for (std::size_t at = 0; at < form.size(); at += piece) {
    const auto put = parser.put(std::string_view(form).substr(at, piece), parsed.file);
    if (!put) return put.error();
  }
  const auto finished = parser.finish();
  if (!finished) return finished.error();
  parsed.name = parser.file_name();
  parsed.type = parser.file_type();
  return parsed;
}

std::string with_disposition(const std::string& disposition) {
  return "--b1\r\nContent-Disposition: " + disposition + "\r\n\r\nx\r\n--b1--\r\n";
}

}  // namespace

TEST_CASE("the file comes out the same however the form is cut") {
  for (std::size_t piece = 1; piece <= usual.size(); ++piece) {
    const auto parsed = parse(usual, piece);
    REQUIRE(parsed);
    CHECK(parsed->file == "bytes\r\n--b\r\nmore");
    CHECK(parsed->name == "a \"b\".png");
    CHECK(parsed->type == "image/png");
  }
}

TEST_CASE("file names are read quoted, plain and starred") {
  const auto name = [](const std::string& parameters) {
    return parse(with_disposition("form-data; name=file" + parameters), 3).value().name;
  };
  CHECK(name("; filename=a.txt") == "a.txt");
  CHECK(name("; filename=\"semi;colon.txt\"") == "semi;colon.txt");
  CHECK(name("; filename=\"x\"; filename*=UTF-8''%E2%82%AC%20rates") == "\xE2\x82\xAC rates");
  CHECK(name("; filename*=utf-8'en'plain.txt; filename=other") == "plain.txt");
  CHECK(name("; filename*=iso-8859-1''%A3; filename=fallback") == "fallback");
  CHECK(name("; filename=\"../../etc/passwd\"") == "passwd");
  CHECK(name("").empty());
}

TEST_CASE("an empty file is a file") {
  const auto parsed = parse("--b1\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n\r\n--b1--", 1);
  REQUIRE(parsed);
  CHECK(parsed->file.empty());
}

TEST_CASE("forms without a file, cut short, with two files or with endless headers are refused") {
  CHECK_FALSE(parse(with_disposition("form-data; name=other"), 4));
  CHECK_FALSE(parse(with_disposition("attachment; name=file"), 4));
  CHECK_FALSE(parse("", 1));
  CHECK_FALSE(parse(usual.substr(0, usual.find("\r\n--b1--")), 7));
  const std::string part = "--b1\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n";
  CHECK_FALSE(parse(part + part + "--b1--", 7));
  CHECK_FALSE(parse("--b1\r\n" + std::string(20'000, 'h'), 1000));
  CHECK_FALSE(parse("--b1" + std::string(20'000, ' '), 1000));
  CHECK_FALSE(parse("--b1garbage\r\n", 1000));
  std::string many;
  for (int i = 0; i < 100; ++i) many += "--b1\r\n\r\n\r\n";
  CHECK_FALSE(parse(many + "--b1--", 1000));
}

TEST_CASE("the boundary is taken from the content type") {
  CHECK(MultipartParser::boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\"").value() == "a b");
  CHECK_FALSE(MultipartParser::boundary("multipart/form-data"));
  CHECK_FALSE(MultipartParser::boundary("application/json; boundary=x"));
  CHECK_FALSE(MultipartParser::boundary("multipart/form-data; boundary=" + std::string(71, 'x')));
}
