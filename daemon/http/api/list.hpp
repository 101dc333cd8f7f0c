// What all lists of the API share: `limit`, `after`, and { "items": […], "next": … }.
#pragma once

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

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// "after" as one to two numbers joined by "-": opaque to clients.
std::optional<std::vector<std::int64_t>> parse_position(std::string_view text);
std::string position_text(std::initializer_list<std::int64_t> numbers);

/// Joins serialised items into a list; `next` empty: null.
std::string list_body(const std::vector<std::string>& items, const std::string& next, std::string_view more_fields = {});

}  // namespace inboxd::http
