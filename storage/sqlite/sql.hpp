// SQL as a type: text fixed when the program is compiled, so that nothing from outside can become part of a statement.
// Used by every file of storage/sqlite; values reach a statement as $1, $2, … only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace inboxd::storage::sqlite {

/// A piece of SQL that other pieces are joined to at compile time: `constexpr auto find = select + " WHERE id = $1"`.
template <std::size_t N>
struct SqlPart {
  char text[N]{};

  consteval SqlPart() = default;
  consteval SqlPart(const char (&literal)[N]) {  // NOLINT(google-explicit-constructor)
    std::copy_n(literal, N, text);
  }
};

template <std::size_t A, std::size_t B>
consteval auto operator+(const SqlPart<A>& left, const SqlPart<B>& right) {
  SqlPart<A + B - 1> joined;
  std::copy_n(left.text, A - 1, joined.text);
  std::copy_n(right.text, B, joined.text + A - 1);
  return joined;
}
template <std::size_t A, std::size_t B>
consteval auto operator+(const SqlPart<A>& left, const char (&right)[B]) {
  return left + SqlPart<B>(right);
}

/// A whole statement. Its address is the key of the connection's cache of prepared statements.
class Sql {
 public:
  template <std::size_t N>
  consteval Sql(const char (&literal)[N]) : text_(literal, N - 1) {}  // NOLINT(google-explicit-constructor)
  /// `part` must be a constexpr object of static storage.
  template <std::size_t N>
  consteval Sql(const SqlPart<N>& part) : text_(part.text, N - 1) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

}  // namespace inboxd::storage::sqlite
