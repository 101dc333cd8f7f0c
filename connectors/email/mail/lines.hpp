// An original as lines, read in pieces: where each begins and ends, and its first bytes. On the way it takes the
// digests that name the mail. Used by divide(); it never holds more than one piece and the kept front of one line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/mail/digest.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

struct Line {
  std::uint64_t begin = 0;
  std::uint64_t text_end = 0;  // before "\n" or "\r\n"
  std::uint64_t end = 0;
  std::string text;  // its front, without the line end
};

class LineReader {
 public:
  /// From the source's beginning.
  explicit LineReader(OriginalSource& source);

  /// False at the end. Of a longer line only `kept_max` bytes are kept.
  Result<bool> next(Line& line, std::size_t kept_max);
  /// What was read belongs to the head; the body begins at `offset`, which lies in or at the end of the line read last.
  void begin_body(const Line& line, std::uint64_t offset);

  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  std::string whole_digest() { return whole_.hex(); }
  std::string body_digest() { return body_.hex(); }

 private:
  Result<bool> fill();

  OriginalSource& source_;
  std::vector<char> buffer_;
  std::string_view rest_;
  std::uint64_t offset_ = 0;
  Sha256 whole_;
  BodyDigest body_;
  bool in_body_ = false;
};

}  // namespace inboxd::connectors::email
