// One table per enum: its values and the words that stand for them in SQL, JSON, OpenAPI and the console.
// A test compares these tables with the CHECK constraints of schemas/sql and the enums of schemas/http.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace inboxd {

/// Specialised beside each enum with `static constexpr std::array<std::pair<E, std::string_view>, N> table`.
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::table;
};

template <NamedEnum E>
constexpr std::string_view enum_name(E value) {
  for (const auto& [candidate, name] : EnumNames<E>::table)
    if (candidate == value) return name;
  return "invalid";
}

template <NamedEnum E>
constexpr std::optional<E> parse_enum(std::string_view text) {
  for (const auto& [value, name] : EnumNames<E>::table)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace inboxd
