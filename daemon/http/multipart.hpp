// multipart/form-data (RFC 7578) as a stream: the bytes of the part named "file" come out as the body goes in, all
// other parts are skipped. Used by the body reader; touches no disk.
#pragma once

#include <string>
#include <string_view>

#include "schemas/types/result.hpp"

namespace inboxd::http {

class MultipartParser {
 public:
  /// The boundary of a Content-Type, or why there is none.
  static Result<std::string> boundary(std::string_view content_type);

  explicit MultipartParser(std::string_view boundary);

  /// Appends to `file` what `bytes` bring of it.
  Result<void> put(std::string_view bytes, std::string& file);
  /// After the last byte: refused when the body broke off or had no file.
  [[nodiscard]] Result<void> finish() const;

  /// As the sender named it, without folders and control characters; empty when it did not.
  [[nodiscard]] const std::string& file_name() const { return file_name_; }
  [[nodiscard]] const std::string& file_type() const { return file_type_; }

 private:
  enum class State { preamble, after_boundary, part_header, file, skipped, epilogue };
  enum class Step { more_input, go_on };

  Result<Step> step(std::string& file);
  Step take_until_boundary(std::string* file);
  Result<Step> read_after_boundary();
  Result<Step> read_part_header();
  Result<void> start_part(std::string_view header);

  std::string delimiter_;  // CRLF, two dashes, boundary
  std::string input_;      // not understood yet; at most a piece and a part's header
  State state_ = State::preamble;
  int parts_ = 0;
  bool file_seen_ = false;
  std::string file_name_;
  std::string file_type_;
};

}  // namespace inboxd::http
