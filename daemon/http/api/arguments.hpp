// Reads a command's JSON arguments into its fields. The first thing wrong is kept as a sentence that names the field
// and what it takes; unknown fields are ignored, as the contract says.
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/event.hpp"
#include "schemas/types/ids.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

class Arguments {
 public:
  explicit Arguments(const boost::json::object& fields) : fields_(fields) {}

  [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
  [[nodiscard]] bool is_null(std::string_view name) const;

  std::string text(std::string_view name);           // required
  std::string text_or_empty(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  /// Absent: nothing. null: an empty inner optional.
  std::optional<std::optional<std::string>> nullable_text(std::string_view name);
  bool flag(std::string_view name);  // absent: false
  std::optional<std::int64_t> integer(std::string_view name);
  std::vector<std::string> texts(std::string_view name);
  std::optional<std::vector<std::string>> optional_texts(std::string_view name);
  std::optional<Cursor> cursor(std::string_view name);
  std::optional<OutboundTemplate> message_template(std::string_view name);
  std::optional<std::optional<Timestamp>> nullable_time(std::string_view name);
  std::optional<std::map<std::string, std::string>> text_map(std::string_view name);

  template <class IdType>
  IdType id(std::string_view name) {
    const auto given = text(name);
    return to_id<IdType>(name, given).value_or(IdType{});
  }
  template <class IdType>
  std::optional<IdType> optional_id(std::string_view name) {
    const auto given = optional_text(name);
    if (!given) return std::nullopt;
    return to_id<IdType>(name, *given);
  }
  template <class IdType>
  std::optional<std::optional<IdType>> nullable_id(std::string_view name) {
    const auto given = nullable_text(name);
    if (!given) return std::nullopt;
    if (!*given) return std::optional<IdType>{};
    return std::optional<std::optional<IdType>>(to_id<IdType>(name, **given));
  }
  template <class IdType>
  std::vector<IdType> ids(std::string_view name) {
    std::vector<IdType> all;
    for (const auto& given : texts(name))
      if (const auto id = to_id<IdType>(name, given)) all.push_back(*id);
    return all;
  }
  template <NamedEnum E>
  std::optional<E> word(std::string_view name) {
    const auto given = optional_text(name);
    if (!given) return std::nullopt;
    const auto value = parse_enum<E>(*given);
    if (!value) refuse(name, "one of " + words_of<E>());
    return value;
  }

  /// Nothing when all that was asked for was there and fits.
  [[nodiscard]] Result<void> outcome() const { return error_ ? Result<void>(*error_) : Result<void>(); }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view name) const;
  void refuse(std::string_view name, const std::string& takes);

  template <class IdType>
  std::optional<IdType> to_id(std::string_view name, const std::string& given) {
    const auto id = parse_id<IdType>(given);
    if (!id) refuse(name, "an id like \"" + to_string(IdType{9}) + "\"");
    return id;
  }
  template <NamedEnum E>
  static std::string words_of() {
    std::string words;
    for (const auto& [value, name] : EnumNames<E>::table) words += (words.empty() ? "" : ", ") + std::string(name);
    return words;
  }

  const boost::json::object& fields_;
  std::optional<Error> error_;
};

/// The parsed object of a body; refused with where it stops being JSON. An empty body is an empty object.
Result<boost::json::object> parse_object(std::string_view body);

/// The same text for equal arguments whatever the order of their keys.
std::string canonical_text(const boost::json::object& arguments);

}  // namespace inboxd::http
