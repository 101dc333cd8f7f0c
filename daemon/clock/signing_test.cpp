// What is signed is known again, and nothing else is.
#include "daemon/clock/signing.hpp"

#include "daemon/clock/system_random.hpp"
#include "tests/support/catch.hpp"

namespace inboxd {

TEST_CASE("a signer knows what it signed, and nothing that differs from it in one character") {
  SystemRandom random;
  const Signer signer(random);
  const auto good = signer.sign("7.42");
  REQUIRE(signer.verify(good) == "7.42");
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto forged = good;
    forged[at] = forged[at] == 'x' ? 'y' : 'x';
    CHECK_FALSE(signer.verify(forged));
    CHECK_FALSE(signer.verify(good.substr(0, at)));
  }
  CHECK_FALSE(signer.verify(good + "x"));
  CHECK_FALSE(Signer(random).verify(good));
  CHECK_FALSE(signer.verify(signer.sign(std::string(200, '1'))));
}

TEST_CASE("numbers are taken from a text one by one, and nothing that is none") {
  std::string_view text = "7.42";
  CHECK(take_number(text) == 7);
  CHECK(take_number(text) == 42);
  CHECK_FALSE(take_number(text));
  for (std::string_view none : {"", ".", "x", "1x.2", " 1", "99999999999999999999"}) CHECK_FALSE(take_number(none));
}

}  // namespace inboxd
