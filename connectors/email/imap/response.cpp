#include "connectors/email/imap/response.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace inboxd::connectors::email::imap {
namespace {

/// A response without its body: a search in a mailbox of some millions of messages answers in one line.
constexpr std::uint64_t response_bytes_max = std::uint64_t{32} << 20U;
/// What is kept of a response's tokens; more is read and left out.
constexpr std::size_t kept_bytes_max = std::size_t{64} << 10U;
constexpr std::size_t tokens_max = 2048;
/// A tag, a number or a response's name.
constexpr std::size_t word_bytes_max = 64;
/// A server's words for a person; more is left out.
constexpr std::size_t text_bytes_max = 1000;
constexpr int depth_max = 32;
constexpr std::size_t literal_digits_max = 18;

bool is_status(std::string_view name) { return name == "OK" || name == "NO" || name == "BAD"; }

/// "[CODE argument] words"
void split_text(Response& response) {
  std::replace_if(
      response.text.begin(), response.text.end(), [](unsigned char letter) { return letter < ' ' || letter == 0x7F; },
      ' ');
  if (response.text.empty() || response.text.front() != '[') return;
  const auto end = response.text.find(']');
  if (end == std::string::npos) return;
  const std::string inside = response.text.substr(1, end - 1);
  const auto space = inside.find(' ');
  response.code = in_capitals(inside.substr(0, space));
  if (space != std::string::npos) response.code_argument = inside.substr(space + 1);
  response.text.erase(0, std::min(response.text.size(), end + 1));
  if (response.text.starts_with(' ')) response.text.erase(0, 1);
}

}  // namespace

std::string in_capitals(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::toupper(letter)); });
  return out;
}

const Token* fetch_value(const Response& response, std::string_view name) {
  bool value = false;
  bool wanted = false;
  for (const auto& token : response.tokens) {
    if (token.depth != 1) continue;
    if (value && wanted) return &token;
    wanted = !value && in_capitals(token.text) == name;
    value = !value;
  }
  return nullptr;
}

std::optional<std::uint64_t> to_number(std::string_view text) {
  if (text.empty() || text.size() > literal_digits_max) return std::nullopt;
  std::uint64_t number = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return number;
}

std::optional<std::string> ResponseReader::feed(std::string_view bytes) {
  while (!bytes.empty() && wrong_.empty()) {
    if (place_ == Place::literal) {
      bytes.remove_prefix(take_literal(bytes));
      continue;
    }
    if (++response_bytes_ > response_bytes_max) wrong_ = "a response longer than 32 MiB";
    take(bytes.front());
    bytes.remove_prefix(1);
  }
  if (wrong_.empty()) return std::nullopt;
  return wrong_;
}

void ResponseReader::take(char byte) {
  if (byte == '\0') wrong_ = "a NUL outside of a literal";
  switch (place_) {
    case Place::head:
      return take_head(byte);
    case Place::text:
      return take_text(byte);
    case Place::item:
      return take_item(byte);
    case Place::atom:
      return take_atom(byte);
    case Place::tilde:
      place_ = byte == '{' ? Place::literal_head : Place::atom;
      if (byte == '{') return token_.clear();
      return take_atom(byte);
    case Place::quoted:
      return take_quoted(byte);
    case Place::escaped:
      place_ = Place::quoted;
      if (token_.size() < kept_bytes_max) token_ += byte;
      return;
    case Place::literal_head:
      return take_literal_head(byte);
    case Place::literal:
      return;
    case Place::line_end:
      if (byte != '\n') wrong_ = "a carriage return without a line feed";
      return end_response();
  }
}

void ResponseReader::take_head(char byte) {
  if (byte != ' ' && byte != '\r' && byte != '\n') {
    if (token_.size() == word_bytes_max) wrong_ = "a word that is no tag and no response";
    token_ += byte;
    return;
  }
  if (token_.empty() && words_ == 0 && byte != ' ') return;  // an empty line says nothing
  end_word();
  if (byte == ' ' || !wrong_.empty()) return;
  if (response_.kind != Response::Kind::continuation && response_.name.empty()) wrong_ = "a line without a response";
  end_line(byte);
}

/// One of the words before the tokens or the text: "*" or a tag, a number, a name.
void ResponseReader::end_word() {
  const std::string word = std::exchange(token_, {});
  ++words_;
  if (word.empty()) {
    wrong_ = "a line that begins with spaces";
  } else if (words_ == 1) {
    if (word == "+") {
      response_.kind = Response::Kind::continuation;
      place_ = Place::text;
    } else if (word != "*") {
      response_.kind = Response::Kind::tagged;
      response_.tag = word;
    }
  } else if (words_ == 2 && response_.kind == Response::Kind::untagged && to_number(word)) {
    response_.number = to_number(word);
  } else {
    response_.name = in_capitals(word);
    name_found();
  }
}

void ResponseReader::name_found() {
  const bool status = is_status(response_.name);
  if (response_.kind == Response::Kind::tagged && !status) wrong_ = "a tagged line that is not OK, NO or BAD";
  place_ = status || response_.name == "BYE" || response_.name == "PREAUTH" ? Place::text : Place::item;
}

void ResponseReader::take_text(char byte) {
  if (byte == '\n') {
    if (response_.text.ends_with('\r')) response_.text.pop_back();
    split_text(response_);
    return end_response();
  }
  if (response_.text.size() < text_bytes_max) response_.text += byte;
}

void ResponseReader::take_item(char byte) {
  switch (byte) {
    case ' ':
      return;
    case '\r':
    case '\n':
      return end_line(byte);
    case '(':
      return open_list();
    case ')':
      return close_list();
    case '"':
      place_ = Place::quoted;
      return;
    case '{':
      place_ = Place::literal_head;
      return;
    case '~':
      token_ = "~";
      place_ = Place::tilde;
      return;
    // Any other byte begins an atom.
    default:
      place_ = Place::atom;
      return take_atom(byte);
  }
}

void ResponseReader::take_atom(char byte) {
  const bool line_ends = byte == '\r' || byte == '\n';
  if (line_ends || (brackets_ == 0 && (byte == ' ' || byte == '(' || byte == ')'))) {
    end_atom();
    return take_item(byte);
  }
  if (byte == '[') ++brackets_;
  if (byte == ']' && brackets_ > 0) --brackets_;
  if (token_.size() < kept_bytes_max) token_ += byte;
}

void ResponseReader::end_atom() {
  brackets_ = 0;
  place_ = Place::item;
  std::string text = std::exchange(token_, {});
  if (response_.name == "SEARCH" && depth_ == 0) {
    const auto number = to_number(text);
    if (!number) wrong_ = "a search that found what is no number";
    if (number) events_.number_found(*number);
    return;
  }
  add(Token::Kind::atom, std::move(text));
}

void ResponseReader::take_quoted(char byte) {
  if (byte == '\r' || byte == '\n') {
    wrong_ = "a quoted string that does not end";
  } else if (byte == '\\') {
    place_ = Place::escaped;
  } else if (byte == '"') {
    end_string();
  } else if (token_.size() < kept_bytes_max) {
    token_ += byte;
  }
}

/// Of a quoted string, or of a literal that is not a body.
void ResponseReader::end_string() {
  place_ = Place::item;
  std::string text = std::exchange(token_, {});
  if (at_body()) {
    events_.body_begun(response_, text.size());
    events_.body_bytes(text);
    text.clear();
  }
  add(Token::Kind::string, std::move(text));
}

void ResponseReader::take_literal_head(char byte) {
  if (byte == '\r') return;
  if (byte == '\n') return begin_literal();
  if (token_.size() > literal_digits_max + 2 || token_.ends_with('}')) wrong_ = "a literal whose size is not one";
  token_ += byte;
}

void ResponseReader::begin_literal() {
  std::string size = std::exchange(token_, {});
  if (!size.ends_with('}')) size.clear();
  if (!size.empty()) size.pop_back();
  if (size.ends_with('+')) size.pop_back();
  const auto number = to_number(size);
  if (!number) {
    wrong_ = "a literal whose size is not one";
    return;
  }
  literal_left_ = *number;
  body_ = at_body();
  if (!body_ && literal_left_ > response_bytes_max - response_bytes_) wrong_ = "a literal too long for what it is";
  if (!wrong_.empty()) return;
  if (body_)
    events_.body_begun(response_, literal_left_);
  else
    response_bytes_ += literal_left_;
  place_ = Place::literal;
  if (literal_left_ == 0) take_literal({});
}

std::size_t ResponseReader::take_literal(std::string_view bytes) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(literal_left_, bytes.size()));
  const auto part = bytes.substr(0, size);
  if (body_ && !part.empty()) events_.body_bytes(part);
  if (!body_) token_ += part.substr(0, kept_bytes_max - std::min(kept_bytes_max, token_.size()));
  literal_left_ -= size;
  if (literal_left_ > 0) return size;
  if (body_) {
    place_ = Place::item;
    add(Token::Kind::string, {});
  } else {
    end_string();
  }
  body_ = false;
  return size;
}

void ResponseReader::open_list() {
  if (depth_ == depth_max) {
    wrong_ = "lists nested too deep";
    return;
  }
  add(Token::Kind::list, {});
  ++depth_;
}

void ResponseReader::close_list() {
  if (depth_ == 0)
    wrong_ = "a list that ends before it begins";
  else
    --depth_;
}

void ResponseReader::add(Token::Kind kind, std::string text) {
  if (depth_ == 1) {
    item_name_ = value_next_ ? std::string() : in_capitals(text);
    value_next_ = !value_next_;
  }
  kept_bytes_ += text.size();
  if (kept_bytes_ > kept_bytes_max || response_.tokens.size() == tokens_max) return;
  response_.tokens.push_back({kind, depth_, std::move(text)});
}

bool ResponseReader::at_body() const {
  return response_.name == "FETCH" && depth_ == 1 && value_next_ && item_name_.starts_with("BODY[");
}

void ResponseReader::end_line(char byte) {
  if (byte == '\r')
    place_ = Place::line_end;
  else
    end_response();
}

void ResponseReader::end_response() {
  if (depth_ != 0) wrong_ = "a list that does not end";
  if (!wrong_.empty()) return;
  events_.response(response_);
  response_ = {};
  place_ = Place::head;
  words_ = 0;
  value_next_ = false;
  item_name_.clear();
  response_bytes_ = 0;
  kept_bytes_ = 0;
}

}  // namespace inboxd::connectors::email::imap
