// libsodium's generator behind daemon/clock/random.hpp; sodium_init() may run any number of times.
#include "daemon/clock/system_random.hpp"

#include <stdexcept>

#include <sodium.h>

namespace inboxd {

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("the system's source of randomness cannot be used");
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value;
}

void SystemRandom::fill(std::span<unsigned char> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

}  // namespace inboxd
