// Reads what an IMAP server sends (RFC 3501 section 7, RFC 3516's ~{n}), however it is cut, in bounded memory: a
// message's body goes to the caller in pieces and the numbers of a search one by one; what is longer than a limit is
// left out, what is not IMAP ends the reading. Called by the mailbox session; knows no commands.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::connectors::email::imap {

struct Token {
  enum class Kind { atom, string, list };
  Kind kind = Kind::atom;
  int depth = 0;     // 0 outside of any list; a list's own token stands where the list does
  std::string text;  // empty for a list and for a body
};

struct Response {
  enum class Kind { untagged, tagged, continuation };
  Kind kind = Kind::untagged;
  std::string tag;
  std::string name;                     // in capitals: "OK", "FETCH", "EXISTS"
  std::optional<std::uint64_t> number;  // of "* 5 EXISTS"
  std::string code;                     // in capitals, of "[UIDVALIDITY 7]"
  std::string code_argument;            // "7"
  std::string text;                     // the server's words for a person
  std::vector<Token> tokens;            // what follows the name where no words do
};

/// The value behind `name` (in capitals) in the list of a FETCH response; null when absent.
const Token* fetch_value(const Response& response, std::string_view name);
std::string in_capitals(std::string_view text);
/// Digits only, below 2^63.
std::optional<std::uint64_t> to_number(std::string_view text);

class ResponseEvents {
 public:
  /// The value of BODY[…] begins; `so_far` holds what came before it in this response.
  virtual void body_begun(const Response& so_far, std::uint64_t size) = 0;
  virtual void body_bytes(std::string_view bytes) = 0;
  virtual void number_found(std::uint64_t number) = 0;
  virtual void response(const Response& response) = 0;

 protected:
  ~ResponseEvents() = default;
};

class ResponseReader {
 public:
  explicit ResponseReader(ResponseEvents& events) : events_(events) {}

  /// Says what is wrong with the bytes; nothing is read after that.
  std::optional<std::string> feed(std::string_view bytes);

 private:
  enum class Place { head, text, item, atom, tilde, quoted, escaped, literal_head, literal, line_end };

  void take(char byte);
  void take_head(char byte);
  void take_text(char byte);
  void take_item(char byte);
  void take_atom(char byte);
  void take_quoted(char byte);
  void take_literal_head(char byte);
  std::size_t take_literal(std::string_view bytes);

  void end_word();
  void name_found();
  void end_atom();
  void end_string();
  void begin_literal();
  void open_list();
  void close_list();
  void add(Token::Kind kind, std::string text);
  void end_line(char byte);
  void end_response();
  [[nodiscard]] bool at_body() const;

  ResponseEvents& events_;
  std::string wrong_;
  Place place_ = Place::head;
  Response response_;
  std::string token_;  // the word, atom, string or literal under way
  int brackets_ = 0;   // open "[" of the atom under way: "BODY[HEADER.FIELDS (A B)]"
  int depth_ = 0;
  int words_ = 0;
  bool value_next_ = false;  // of the pairs that a FETCH response lists
  std::string item_name_;
  std::uint64_t literal_left_ = 0;
  bool body_ = false;  // the literal under way is a body
  std::uint64_t response_bytes_ = 0;
  std::size_t kept_bytes_ = 0;
};

}  // namespace inboxd::connectors::email::imap
