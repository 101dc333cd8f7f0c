// One line per field for whoever writes JSON: field() always writes it (null where an optional is absent), put() leaves
// it out when there is nothing to say.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "schemas/json/writer.hpp"

namespace inboxd::json_fields {

inline void value(JsonWriter& writer, const std::string& text) { writer.string(text); }
inline void value(JsonWriter& writer, std::string_view text) { writer.string(text); }
inline void value(JsonWriter& writer, bool set) { writer.boolean(set); }
inline void value(JsonWriter& writer, int number) { writer.number(number); }
inline void value(JsonWriter& writer, std::int64_t number) { writer.number(number); }
inline void value(JsonWriter& writer, std::uint64_t number) { writer.number(number); }
inline void value(JsonWriter& writer, double number) { writer.number(number); }
inline void value(JsonWriter& writer, Timestamp at) { writer.time(at); }
template <class Tag>
void value(JsonWriter& writer, Id<Tag> id) {
  writer.id(id);
}
template <NamedEnum E>
void value(JsonWriter& writer, E word) {
  writer.word(word);
}
template <class T>
void value(JsonWriter& writer, const std::optional<T>& optional) {
  if (optional)
    value(writer, *optional);
  else
    writer.null();
}
inline void value(JsonWriter& writer, const std::vector<std::string>& texts) {
  writer.begin_array();
  for (const auto& text : texts) writer.string(text);
  writer.end_array();
}

template <class T>
void field(JsonWriter& writer, std::string_view key, const T& content) {
  writer.key(key);
  value(writer, content);
}
/// A literal is a text, never a bool.
inline void field(JsonWriter& writer, std::string_view key, const char* text) {
  writer.key(key);
  writer.string(text);
}

inline void put(JsonWriter& writer, std::string_view key, std::string_view text) {
  if (!text.empty()) field(writer, key, text);
}
inline void put(JsonWriter& writer, std::string_view key, std::int64_t number) {
  if (number != 0) field(writer, key, number);
}
inline void put(JsonWriter& writer, std::string_view key, const std::vector<std::string>& texts) {
  if (!texts.empty()) field(writer, key, texts);
}
template <class T>
void put(JsonWriter& writer, std::string_view key, const std::optional<T>& optional) {
  if (optional) field(writer, key, *optional);
}
inline void put_flag(JsonWriter& writer, std::string_view key, bool set) {
  if (set) field(writer, key, true);
}

}  // namespace inboxd::json_fields
