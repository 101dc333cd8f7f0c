// Writes JSON straight into a text, without building a tree first: every event is serialised this way, once. Commas are
// the writer's, the order of keys is the caller's. It never emits invalid UTF-8: bad bytes become U+FFFD.
#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/time.hpp"

namespace inboxd {

class JsonWriter {
 public:
  /// Appends to `out`, which outlives the writer.
  explicit JsonWriter(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// `name` is one of our own field names: plain ASCII without anything to escape.
  void key(std::string_view name) {
    separate();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    comma_ = false;
  }
  /// A key that came from outside.
  void escaped_key(std::string_view name);

  void string(std::string_view text);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  void number(std::integral auto value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    raw({digits, static_cast<std::size_t>(end - digits)});
  }
  /// The shortest text that reads back as the same value; null for what JSON cannot say (NaN, infinities).
  void number(double value);
  /// RFC 3339, UTC, milliseconds.
  void time(Timestamp at);
  /// One JSON text that is known to be valid.
  void raw(std::string_view json) {
    separate();
    out_ += json;
    comma_ = true;
  }

  template <class Tag>
  void id(Id<Tag> value) {
    separate();
    out_ += '"';
    out_ += Tag::prefix;
    out_ += '_';
    comma_ = false;
    number(value.value);
    out_ += '"';
  }
  template <NamedEnum E>
  void word(E value) {
    separate();
    out_ += '"';
    out_ += enum_name(value);
    out_ += '"';
    comma_ = true;
  }

 private:
  void open(char bracket) {
    separate();
    out_ += bracket;
    comma_ = false;
  }
  void close(char bracket) {
    out_ += bracket;
    comma_ = true;
  }
  void separate() {
    if (comma_) out_ += ',';
  }

  std::string& out_;
  bool comma_ = false;
};

/// The longest prefix of at most `bytes_max` bytes that does not cut a UTF-8 character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max);

/// One JSON text laid out for people: two spaces a level, one member or element a line, a newline at the end.
std::string indented(std::string_view json);

}  // namespace inboxd
