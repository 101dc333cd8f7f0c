// A look at an inbox from one end to the other, beyond the check of its login, for `doctor`: what its provider's
// connection offers, and whether a message that the inbox sends to itself comes back. As with a session of stream.hpp
// the protocol is the channel's and the I/O the host's; nothing is stored, and nothing at the provider is changed but
// by the messages themselves.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/connector.hpp"
#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors {

/// One thing that was looked at: "folders". Its finding's detail is a sentence also where all is well.
struct Examined {
  std::string what;
  CheckFinding finding;
};

struct ExaminationActions {
  std::string write;
  std::vector<Examined> examined;
  /// Call due() after this long, in place of what was asked before; nothing: as before.
  std::optional<Milliseconds> wake_after;
  /// What needs no message has been looked at: the host may make the transfers of messages(), once.
  bool ready = false;
  /// All has been said.
  bool close = false;
};

enum class NotConnected { unreachable, login_refused };

/// One connection's life, like that of a StreamSession. The host never calls it again after `close`.
class Examination {
 public:
  Examination() = default;
  Examination(const Examination&) = delete;
  Examination& operator=(const Examination&) = delete;
  virtual ~Examination() = default;

  /// What the inbox sends to itself; empty where none was asked for.
  [[nodiscard]] virtual const std::vector<Transfer>& messages() const = 0;

  /// There will be no connection; `why` is a sentence without secrets.
  [[nodiscard]] virtual Examined not_connected(NotConnected how, const std::string& why) const = 0;
  /// Connected and logged in.
  virtual ExaminationActions started(Timestamp now) = 0;
  virtual ExaminationActions received(std::string_view bytes, Timestamp now) = 0;
  /// What became of messages()[index]; each is told once, in any order.
  virtual ExaminationActions sent(std::size_t index, const Exchange& answer, Timestamp now) = 0;
  virtual ExaminationActions due(Timestamp now) = 0;
};

enum class SelfMessages { none, send };

struct ExaminationRequest {
  SelfMessages messages = SelfMessages::none;
  std::string nonce;   // random, eight hexadecimal digits
  std::string bearer;  // as Streams::bearer_of() gave it; empty where none is asked for
  Timestamp now;
};

/// Over the connection of the first of Streams::streams(). The channel knows its messages to itself again when they
/// come in, by what nobody else can make, and lets nothing become of them.
class Examines {
 public:
  virtual ~Examines() = default;
  [[nodiscard]] virtual std::unique_ptr<Examination> examine(const ExaminationRequest& request) const = 0;
};

}  // namespace inboxd::connectors
