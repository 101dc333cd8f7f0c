// One line of an LMTP client taken apart (RFC 2033 4.1, RFC 5321 4.1): its verb, and of MAIL and RCPT the address with
// its parameters. Used by the session. Pure; any bytes are survived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::ingest::lmtp {

/// `smtp_hello` is HELO and EHLO, which LMTP does not have.
enum class Verb { lhlo, smtp_hello, mail, rcpt, data, rset, noop, vrfy, quit, unknown };

struct Command {
  Verb verb = Verb::unknown;
  std::string_view argument;  // without spaces around it
};

/// `line` without its CRLF. Letters' case does not count in the verb.
Command command_of(std::string_view line);

struct Parameter {
  std::string key;    // in capitals
  std::string value;  // in capitals, as all that we take are words or numbers; empty where it has none
};

struct Path {
  std::string address;  // as it came, without a source route; empty: the null reverse-path
  std::vector<Parameter> parameters;
};

/// "FROM:<address> KEY=VALUE" with `head` "FROM:". Nothing for what has another form.
std::optional<Path> path_of(std::string_view argument, std::string_view head);

/// Digits only, of a SIZE parameter (RFC 1870: up to 20 of them); a number beyond 64 bits is the largest.
std::optional<std::uint64_t> size_of(std::string_view digits);

}  // namespace inboxd::ingest::lmtp
