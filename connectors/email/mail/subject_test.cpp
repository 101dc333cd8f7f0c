// What is left of a subject when programs' additions are gone.
#include "connectors/email/mail/subject.hpp"

#include "tests/support/catch.hpp"

using inboxd::connectors::email::matter_of;

TEST_CASE("email subject: prefixes, counts, lists and ticket numbers go, the matter stays") {
  for (const std::string subject : {"Broken red lamp", "Re: Broken red lamp", "RE: AW: Fwd: Broken red lamp",
                                    "R: I: Broken red lamp", "Re[2]: Broken red lamp", "Re (3) : Broken red lamp",
                                    "[list] Re: [list] Broken red lamp", "  Antw:   Broken red lamp [#1234] "})
    CHECK(matter_of(subject) == "Broken red lamp");
  CHECK(matter_of("Order 12: broken lamp") == "Order 12: broken lamp");
  CHECK(matter_of("Re: [x] [#") == "");
}

TEST_CASE("email subject: what could be anybody's is no matter") {
  for (const std::string subject :
       {"", "Re:", "Hello", "Re: Question", "Hi there", "Richiesta", "[#42]", "Re: Re: Re:"})
    CHECK(matter_of(subject).empty());
}
