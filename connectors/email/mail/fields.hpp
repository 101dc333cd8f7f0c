// The fields of a header (RFC 5322, section 2.2) as they stand: names in lower case, values unfolded, nothing decoded.
// Used by all that reads a mail, a part of one, or a delivery report. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors::email {

struct Field {
  std::string name;   // lower case
  std::string value;  // raw bytes without line ends and NUL, trimmed
};

class Fields {
 public:
  /// Takes the next line of a header; false when it is none, and the header ends before it. What is beyond the bounds
  /// is dropped, and `cut()` says so.
  bool take(std::string_view line);
  [[nodiscard]] bool cut() const { return cut_; }
  /// At most so many bytes are kept from now on.
  void set_bytes_max(std::size_t bytes_max) { bytes_max_ = bytes_max; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  /// The first of that name, empty when there is none. Names are given in lower case.
  [[nodiscard]] std::string_view find(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::vector<std::string_view> every(std::string_view name) const;
  [[nodiscard]] const std::vector<Field>& all() const { return fields_; }

 private:
  std::vector<Field> fields_;
  std::size_t bytes_max_ = 256U << 10U;
  std::size_t bytes_ = 0;
  bool cut_ = false;
  bool last_kept_ = false;
};

/// A header, or the groups of a report: every line of `text` until the first that is empty or no field.
Fields fields_of(std::string_view text);

std::string lower_case(std::string_view text);
std::string_view trimmed(std::string_view text);
/// ASCII letters' case does not count.
bool contains_word(std::string_view text, std::string_view lower_case_words);

}  // namespace inboxd::connectors::email
