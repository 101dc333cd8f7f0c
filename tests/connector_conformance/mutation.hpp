// Damages a sample in ways that providers and attackers do: bytes, cuts, repeated parts, and JSON values replaced by
// others. The same seed gives the same damage.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <string_view>

namespace inboxd::conformance {

class Mutation {
 public:
  explicit Mutation(std::uint64_t seed) : random_(seed) {}

  std::string of(std::string text) {
    const std::size_t damages = 1 + below(3);
    for (std::size_t i = 0; i < damages; ++i) damage(text);
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  void damage(std::string& text) {
    if (text.empty()) {
      text = "{}";
      return;
    }
    const std::size_t at = below(text.size());
    const std::size_t length = below(std::min<std::size_t>(text.size() - at, 40)) + 1;
    switch (below(8)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        return;
      case 1:
        text.resize(at);
        return;
      case 2:
        text.erase(at, length);
        return;
      case 3:
        text.insert(below(text.size()), text.substr(at, length));
        return;
      default:  // a drawn number: the last kind of damage takes what the others leave
        replace_value(text, at);
    }
  }

  /// The JSON value that follows the next colon becomes another one, so that the text still parses.
  void replace_value(std::string& text, std::size_t from) {
    static constexpr std::string_view values[] = {"null",
                                                  "true",
                                                  "[]",
                                                  "{}",
                                                  "\"\"",
                                                  "0",
                                                  "-1",
                                                  "1e308",
                                                  "9223372036854775808",
                                                  "18446744073709551616",
                                                  "1.5",
                                                  "\"\\u0000\\ud83d\\ude00\"",
                                                  "[[[[[[[[]]]]]]]]",
                                                  "[null,1,\"a\",{}]",
                                                  "{\"id\":{}}",
                                                  "\"9999999999999999999\""};
    std::size_t colon = text.find("\":", from);
    if (colon == std::string::npos) colon = text.find("\":");
    if (colon == std::string::npos) return;
    std::size_t begin = colon + 2;
    while (begin < text.size() && text[begin] == ' ') ++begin;
    text.replace(begin, end_of_value(text, begin) - begin, values[below(std::size(values))]);
  }

  static std::size_t end_of_value(std::string_view text, std::size_t at) {
    int depth = 0;
    bool in_string = false;
    for (; at < text.size(); ++at) {
      const char byte = text[at];
      if (in_string) {
        if (byte == '\\') ++at;
        in_string = byte != '"';
        continue;
      }
      if (byte == '"') in_string = true;
      if (byte == '{' || byte == '[') ++depth;
      const bool closes = byte == '}' || byte == ']';
      if (depth == 0 && (closes || byte == ',')) return at;
      if (closes) --depth;
    }
    return std::min(at, text.size());
  }

  std::mt19937_64 random_;
};

}  // namespace inboxd::conformance
