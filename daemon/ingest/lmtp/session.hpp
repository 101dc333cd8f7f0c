// An LMTP server's side of one connection (RFC 2033, with PIPELINING, ENHANCEDSTATUSCODES, 8BITMIME, SMTPUTF8 and SIZE)
// without I/O: bytes in, answers and the mail's bytes out. A mail that is whole waits for stored(), and so does
// whatever was pipelined behind it: each recipient is answered for itself, after the commit. Driven by a Connection.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/sdk/stream.hpp"
#include "daemon/ingest/lmtp/command.hpp"
#include "daemon/ingest/lmtp/dot_stuffing.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::ingest::lmtp {

/// Of a command, without its CRLF; RFC 5321 4.5.3.1.4 asks for 512 bytes and what extensions add.
inline constexpr std::size_t command_bytes_max = 4096;
/// Of one mail; RFC 5321 4.5.3.1.8 asks for 100.
inline constexpr std::size_t recipients_max = 1000;
/// Commands that are none, or malformed, before the connection is closed.
inline constexpr int mistakes_max = 20;
/// Silence (RFC 5321 4.5.3.2.7 asks for at least 5 minutes), and one whole mail on its way.
inline constexpr Milliseconds idle_max{5 * 60'000};
inline constexpr Milliseconds mail_time_max{30 * 60'000};

/// Whose an address is.
enum class Recipient { ours, unknown, disabled };
/// What became of a mail for one recipient: committed, or the sender keeps it and tries again.
enum class Stored { committed, deferred };

/// The next bytes of the mail under way; the first begin with its Return-Path (RFC 5321 4.4).
struct MailBytes {
  std::string bytes;
};
/// The mail is whole. Answered by stored(), one for each of the envelope's recipients, in their order.
struct MailEnd {
  connectors::OriginalEnvelope envelope;
};
/// The mail under way is larger than any that is taken: its bytes are dropped, its sender hears of it at its end.
struct MailRefused {
  connectors::OriginalEnvelope envelope;
};
using MailPiece = std::variant<MailBytes, MailEnd, MailRefused>;

struct Actions {
  std::string write;
  std::vector<MailPiece> pieces;
  /// Write what there is to write, then close.
  bool close = false;
};

class Session {
 public:
  /// Asked for each RCPT.
  using Look = std::function<Recipient(std::string_view address)>;

  /// `mail_bytes_max` is announced as SIZE. Times are those of a steady clock.
  Session(Look look, std::uint64_t mail_bytes_max) : look_(std::move(look)), mail_bytes_max_(mail_bytes_max) {}

  Actions started(Milliseconds now);
  Actions received(std::string_view bytes, Milliseconds now);
  Actions stored(const std::vector<Stored>& outcomes, Milliseconds now);
  /// The deadline is there.
  Actions due(Milliseconds now);
  /// No more mails: the connection ends, after the answer to a mail that waits for the store.
  Actions ending();

  /// When due() is to be called, if nothing comes before; nothing while the store is waited for.
  [[nodiscard]] std::optional<Milliseconds> deadline() const;
  [[nodiscard]] bool waits_for_store() const { return place_ == Place::storing; }

 private:
  enum class Place { commands, mail, storing, closed };

  void go_on();
  bool take_line();
  bool take_mail();
  void end_mail();
  void command(std::string_view line);
  void hello(std::string_view argument);
  void mail_from(std::string_view argument);
  void recipient(std::string_view argument);
  void begin_mail(std::string_view argument);
  [[nodiscard]] std::optional<std::string> refusal_of(const std::vector<Parameter>& parameters) const;
  void reset();
  void say(std::string_view answer);
  void mistake(std::string_view answer);
  void close(std::string_view answer);
  Actions finish();

  Look look_;
  std::uint64_t mail_bytes_max_;
  Actions actions_;
  Place place_ = Place::commands;
  std::string pending_;    // read from the connection
  std::size_t taken_ = 0;  // of these
  bool overlong_ = false;  // the front of the line under way was dropped
  int mistakes_ = 0;
  bool greeted_ = false;
  bool ending_ = false;
  bool sender_given_ = false;
  connectors::OriginalEnvelope envelope_;
  DotStuffedMail dots_;
  std::uint64_t mail_bytes_ = 0;
  bool too_large_ = false;
  Milliseconds now_{0};
  Milliseconds heard_at_{0};
  Milliseconds mail_began_at_{0};
};

}  // namespace inboxd::ingest::lmtp
