// libFuzzer's side: `inboxd_fuzz --target=NAME [libFuzzer's options] folder…`; libFuzzer passes over what begins with
// two dashes.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "tests/fuzz/targets.hpp"

namespace {

// libFuzzer calls plain functions, so what they share lives here.
inboxd::fuzz::Target& chosen() {
  static inboxd::fuzz::Target target;
  return target;
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr std::string_view option = "--target=";
  for (int i = 1; i < *count; ++i) {
    const std::string_view word = (*arguments)[i];
    if (!word.starts_with(option)) continue;
    for (auto& target : inboxd::fuzz::targets())
      if (target.name == word.substr(option.size())) chosen() = target;
  }
  if (chosen().run) return 0;
  std::fputs("usage: inboxd_fuzz --target=NAME folder…; there are:\n", stderr);
  for (const auto& target : inboxd::fuzz::targets()) std::fprintf(stderr, "  %s\n", target.name.c_str());
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen().run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
