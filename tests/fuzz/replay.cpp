// Runs every file of `FOLDER/TARGET/` through its target, for trees without a fuzzer: `inboxd_fuzz_replay FOLDER…`.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/fuzz/targets.hpp"

int main(int count, char** arguments) {
  int files = 0;
  for (const auto& target : inboxd::fuzz::targets()) {
    target.run({});
    for (int i = 1; i < count; ++i) {
      const auto folder = std::filesystem::path(arguments[i]) / target.name;
      if (!std::filesystem::is_directory(folder)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream in(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(in), {}};
        // Said before, so that a crash names its file.
        std::fprintf(stderr, "%s\n", entry.path().c_str());
        target.run(bytes);
        ++files;
      }
    }
  }
  std::printf("%d files replayed\n", files);
  return files > 0 ? 0 : 1;
}
