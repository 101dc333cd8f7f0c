// The mbox format (RFC 4155 and what programs write instead): where each mail of a file lies, and its bytes as they
// were before they were put there. Of "From " lines only those count that carry a date, or, in a file whose first has
// none, those after an empty line; Content-Length is not trusted. Pure; used by `inboxd import mbox`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/result.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::app {

struct MboxMail {
  std::uint64_t offset = 0;  // behind its "From " line
  std::uint64_t size = 0;    // as it lies in the file
  /// By its Date header, or else by its "From " line; nothing where neither says.
  std::optional<Timestamp> written_at;
  bool has_date_header = false;
};

class MboxIndex {
 public:
  static constexpr std::size_t mails_max = 4'000'000;

  /// The file from its beginning, in pieces of any size. False: the rest need not be read, finish() says why.
  bool feed(std::string_view bytes);
  /// The mails as they lie in the file; refused with the line where it stops being an mbox.
  Result<std::vector<MboxMail>> finish();

 private:
  enum class Place { before_first, header, body };

  void line_ended();
  void begin_mail(std::optional<Timestamp> dated);
  void end_mail(std::uint64_t at);
  void header_line(std::string_view line);
  void date_header_ended();

  std::vector<MboxMail> mails_;
  std::optional<Error> wrong_;
  Place place_ = Place::before_first;
  bool first_is_dated_ = false;
  bool after_empty_line_ = true;
  std::uint64_t at_ = 0;          // of what was fed
  std::uint64_t line_begin_ = 0;  // in the file
  std::uint64_t line_number_ = 1;
  std::string line_;  // its front
  std::optional<std::string> date_;
};

/// One mail's bytes out of its file: quoted lines as they were (">From " loses one ">"), every line ended by CRLF, and
/// without the empty line that the format puts behind it.
class MboxText {
 public:
  void feed(std::string_view bytes);
  std::string finish();

 private:
  void add_line(std::string_view line);

  std::string unfinished_;
  std::string text_;
};

}  // namespace inboxd::app
