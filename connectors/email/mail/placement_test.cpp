// Which conversation a mail names, and who may name one.
#include "connectors/email/mail/placement.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/test_mail.hpp"

using namespace inboxd;
using namespace inboxd::connectors::email;

namespace {

PlacementHints hints_of(const std::string& header, const std::string& context = "") {
  return message_of("From: a@b.example\n" + header + "\n\nx\n", context).placement.value();
}

std::string tagged(const std::string& conversation) {
  return plus_address(options().address, conversation_tag(options().signing_key, conversation));
}

}  // namespace

TEST_CASE("email placement: a signed plus-address names its conversation wherever it stands") {
  for (const std::string name : {"Delivered-To", "X-Original-To", "To", "Cc"})
    CHECK(hints_of(name + ": " + tagged("cv_42")).conversation == "cv_42");
  CHECK(hints_of("To: other@x.example, Shop <" + tagged("cv_42") + ">").conversation == "cv_42");
  CHECK(hints_of("To: x@y.example", R"({"envelope_to":[")" + tagged("cv_42") + R"("]})").conversation == "cv_42");
}

TEST_CASE("email placement: an address that we did not sign names nothing") {
  CHECK(hints_of("To: support+c42.0123456789abcdef@shop.example").conversation.empty());
  CHECK(hints_of("To: " + plus_address("support@evil.example", conversation_tag(options().signing_key, "cv_42")))
            .conversation.empty());
  CHECK(hints_of("To: " + plus_address(options().address, conversation_tag("another key", "cv_42")))
            .conversation.empty());
}

TEST_CASE("email placement: what is answered comes first, then the references from the last on, each once") {
  const auto hints = hints_of("In-Reply-To: <3@x> <4@x>\nReferences: <1@x> <2@x>\n <3@x>");
  CHECK(hints.references == std::vector<std::string>{"<3@x>", "<4@x>", "<2@x>", "<1@x>"});
  std::string many = "References:";
  for (int i = 0; i < 200; ++i) many += " <" + std::to_string(i) + "@x>";
  CHECK(hints_of(many).references.size() == 50);
  CHECK(hints_of(many).references.front() == "<199@x>");
}

TEST_CASE("email placement: a ticket number stands in brackets") {
  CHECK(hints_of("Subject: Re: [list] x [#1234]").ticket_number == 1234);
  CHECK(hints_of("Subject: =?utf-8?Q?=5B#77=5D?=").ticket_number == 77);
  CHECK(hints_of("Subject: #1234 [#x] [#]").ticket_number == 0);
  CHECK(hints_of("Subject: [#99999999999999999999]").ticket_number == 0);
}
