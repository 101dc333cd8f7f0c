// What all lists of the API share: `limit`, `after`, and { "items": […], "next": … }.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/message.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

inline constexpr int list_default = 50;
inline constexpr int list_max = 200;

/// The decoded values of a query, in order; a name may repeat.
class Query {
 public:
  explicit Query(std::string_view raw);
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;
  /// All values of a name, commas split: status=open,pending or status=open&status=pending.
  [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
  [[nodiscard]] Result<int> limit(int fallback = list_default, int most = list_max) const;
  /// `after` of a list whose position is one id; nothing on the first page.
  template <class IdType>
  [[nodiscard]] Result<std::optional<IdType>> after() const {
    const auto number = after_number();
    if (!number) return number.error();
    return *number ? std::optional<IdType>(IdType{**number}) : std::nullopt;
  }

 private:
  [[nodiscard]] Result<std::optional<std::int64_t>> after_number() const;

  std::vector<std::pair<std::string, std::string>> values_;
};

Error bad_position();

/// "after" as one to two numbers joined by "_": opaque to clients.
std::optional<std::vector<std::int64_t>> parse_position(std::string_view text);
std::string position_text(std::initializer_list<std::int64_t> numbers);

/// Joins serialised items into a list; `next` empty: null.
std::string list_body(const std::vector<std::string>& items, const std::string& next,
                      std::string_view more_fields = {});

/// A page of `rows`, of which one more than `limit` was asked for: that one says that there is a next page, which
/// begins after the last one shown.
template <class Row, class Show, class Position>
std::string page_body(const std::vector<Row>& rows, int limit, Show show, Position position_of,
                      std::string_view more_fields = {}) {
  const auto shown = std::min(rows.size(), static_cast<std::size_t>(limit));
  std::vector<std::string> items;
  for (std::size_t i = 0; i < shown; ++i) items.push_back(show(rows[i]));
  return list_body(items, rows.size() > shown ? position_of(rows[shown - 1]) : std::string(), more_fields);
}

/// The position of a list in the order of its rows' ids.
inline constexpr auto position_by_id = [](const auto& row) { return position_text({row.id.value}); };

}  // namespace inboxd::http
