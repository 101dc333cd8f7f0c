// A mail as DATA carries it (RFC 5321 4.5.2), taken off a connection in pieces: only CRLF ends a line, a dot in front
// of a line is taken away, and the line of a dot alone, CRLF "." CRLF, is the end. A CR or LF by itself is a byte of
// the mail like any other: it begins no line, so what follows it is never a dot of ours nor an end ("SMTP smuggling").
#pragma once

#include <string>
#include <string_view>

namespace inboxd::ingest::lmtp {

class DotStuffedMail {
 public:
  /// Takes bytes off the front of `bytes` and appends to `mail` what they stand for. True: the end was among them, and
  /// what is left of `bytes` comes behind it.
  bool take(std::string_view& bytes, std::string& mail);

 private:
  enum class Place { line_begin, dot, dot_return, text, text_return };

  /// True at the end.
  bool take(char byte, std::string& mail);

  Place place_ = Place::line_begin;
};

}  // namespace inboxd::ingest::lmtp
