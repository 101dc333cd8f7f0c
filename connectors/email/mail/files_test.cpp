// Names, Content-IDs and decoded bytes of attachments.
#include "connectors/email/mail/files.hpp"

#include "connectors/email/mail/charset.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

/// The name that one attachment with this header gets.
std::string name_of(const std::string& header) {
  const auto message = message_of("Content-Type: multipart/mixed; boundary=b\n\n--b\n" + header + "\n\nx\n--b--\n");
  return message.attachments.at(0).name;
}

}  // namespace

TEST_CASE("email files: a name is one component of a path, of bounded length, in readable letters") {
  CHECK(safe_file_name("../../etc/passwd") == "passwd");
  CHECK(safe_file_name("C:\\Users\\a.txt") == "a.txt");
  CHECK(safe_file_name("..") == "");
  CHECK(safe_file_name("/") == "");
  CHECK(safe_file_name(".hidden") == "hidden");
  CHECK(safe_file_name("a\r\nb: c?.txt") == "a b_ c_.txt");
  CHECK(safe_file_name("invoice\u202Efdp.exe") == "invoicefdp.exe");
  std::string long_name;
  for (int i = 0; i < 300; ++i) long_name += "é";
  const auto bounded = safe_file_name(long_name + ".pdf");
  CHECK(bounded.size() <= 200);
  CHECK(bounded.ends_with("é.pdf"));
  CHECK(is_utf8(bounded));
}

TEST_CASE("email files: names are read as RFC 2231 says and as programs write them instead") {
  CHECK(name_of("Content-Type: a/b\nContent-Disposition: attachment; filename*=iso-8859-1'de'%FCber.txt") ==
        "über.txt");
  CHECK(name_of("Content-Type: a/b\nContent-Disposition: attachment;\n filename*0=\"one \";\n filename*1=two.txt") ==
        "one two.txt");
  CHECK(name_of("Content-Type: a/b; name=\"=?utf-8?B?w6k=?= x.txt\"") == "é x.txt");
  CHECK(name_of("Content-Type: a/b\nContent-Disposition: attachment; filename=raw\xE9.txt") == "rawé.txt");
  CHECK(name_of("Content-Type: image/png") == "image-1.png");
  CHECK(name_of("Content-Type: application/x-thing") == "attachment-1");
  CHECK(name_of("Content-Type: message/rfc822") == "message.eml");
}

TEST_CASE("email files: the HTML's addresses name what it shows, coded or not") {
  CHECK(content_ids_in("<img src=\"cid:a%40b\"> url(CID:c@d) 'cid:e'") == std::set<std::string>{"a@b", "c@d", "e"});
  CHECK(content_ids_in("no pictures").empty());
}

TEST_CASE("email files: bytes arrive decoded, and damaged encodings give what can be read of them") {
  const auto decoded = [](const std::string& encoding, const std::string& body) {
    MemoryOriginal source(with_crlf("Content-Type: a/b\nContent-Transfer-Encoding: " + encoding + "\n\n" + body));
    MemoryParts parts;
    CHECK(read_mail(source, options(), "", parts).ok());
    return parts.parts().at(0);
  };
  CHECK(decoded("base64", "aGVs\nbG8=\n") == "hello");
  CHECK(decoded("BASE64", "aG!Vs\x80 bG8").starts_with("hel"));
  CHECK(decoded("quoted-printable", "a=3Db=\nc=ZZ=").starts_with("a=bc"));
  CHECK(decoded("x-uuencode", "begin 644 x\n%:&5L;&\\\n`\nend\n") == "hello");
  CHECK(decoded("8bit", "as it is") == "as it is");
  CHECK(decoded("nonsense", "as it is") == "as it is");
}
