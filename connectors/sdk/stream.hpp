// Connections that a channel keeps open and over which its provider speaks first (IMAP). A session is the protocol
// without I/O: the host connects, logs in where libcurl knows how, carries bytes, waits, stores, and calls the session
// from one thread; the session answers each call with what is to be done next. Sessions hold no blob: what a provider
// sends whole (an original) goes through in pieces. Below: originals that are handed over to us, and how they are read.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "connectors/sdk/connector.hpp"
#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors {

struct StreamEndpoint {
  std::string name;  // unique within the inbox, names the stored state: "INBOX"
  std::string url;   // "imaps://mail.example.com:993"
  std::optional<Login> login;
  TlsOptions tls;
};

/// The next bytes of the original that is under way.
struct OriginalBytes {
  std::string bytes;
};
/// The original is whole. `context` is the session's own words about it, given back to ReadsOriginals; `state` is
/// stored in the transaction of what it brought. Its commit is told by committed(), in this order.
struct OriginalEnd {
  std::string context;
  std::string state;
};
/// The original under way will not become whole: its bytes are dropped.
struct OriginalDropped {};
/// A new state without anything that came with it.
struct StateMoved {
  std::string state;
};
using StreamPiece = std::variant<OriginalBytes, OriginalEnd, OriginalDropped, StateMoved>;

struct StreamActions {
  std::string write;
  std::vector<StreamPiece> pieces;
  /// Call due() after this long, in place of what was asked before; nothing: as before.
  std::optional<Milliseconds> wake_after;
  std::optional<CheckFinding> finding;
  /// Close the connection; the host connects again after `reconnect_after`, or after its own backoff when that is 0.
  bool close = false;
  Milliseconds reconnect_after{0};
  /// Of a session that reads history: how many originals it finds in all, once it knows.
  std::optional<std::uint64_t> expected;
  /// With `close`, of a session that reads history: all of it was given, and it is not opened again.
  bool finished = false;
};

/// One connection's life. The host never calls it again after `close` or closed().
class StreamSession {
 public:
  StreamSession() = default;
  StreamSession(const StreamSession&) = delete;
  StreamSession& operator=(const StreamSession&) = delete;
  virtual ~StreamSession() = default;

  /// Connected and logged in.
  virtual StreamActions started(Timestamp now) = 0;
  virtual StreamActions received(std::string_view bytes, Timestamp now) = 0;
  /// The oldest OriginalEnd or StateMoved that was not answered yet is stored. A session asks its provider for no more
  /// than a bounded amount before its earlier pieces are.
  virtual StreamActions committed(Timestamp now) = 0;
  virtual StreamActions due(Timestamp now) = 0;
  /// What to write before the host closes by itself (a drain): a goodbye.
  virtual StreamActions ending(Timestamp now) = 0;
};

class Streams {
 public:
  virtual ~Streams() = default;
  /// Empty: this inbox keeps no connection.
  [[nodiscard]] virtual std::vector<StreamEndpoint> streams() const = 0;
  /// What has to be asked before each login, where that is an access token that runs out; its answer gives the bearer.
  [[nodiscard]] virtual std::optional<Transfer> login_request(const StreamEndpoint& /*endpoint*/) const {
    return std::nullopt;
  }
  [[nodiscard]] virtual Result<std::string> bearer_of(const Exchange& answer) const {
    return bad_request("this channel asks for no access token; the answer of " + answer.label + " means nothing");
  }
  /// `state` is what was stored last for this endpoint, empty at first.
  [[nodiscard]] virtual std::unique_ptr<StreamSession> open(const StreamEndpoint& endpoint,
                                                            const std::string& state) const = 0;
  /// What a failed login or connection means, in words for a person.
  [[nodiscard]] virtual CheckFinding refused(const StreamEndpoint& endpoint, const std::string& why) const = 0;
};

/// A larger original is not taken whole.
inline constexpr std::uint64_t original_bytes_max = std::uint64_t{50} << 20U;

/// What an original was handed over in: who sends it, empty where nobody is to be answered, and its recipients at this
/// inbox.
struct OriginalEnvelope {
  std::string from;
  std::vector<std::string> to;
};

/// Originals that somebody on this machine hands over to us, addressed: a recipient's address tells the inbox.
class ReceivesOriginals {
 public:
  virtual ~ReceivesOriginals() = default;
  /// What is addressed to `recipient` is for this inbox.
  [[nodiscard]] virtual bool receives(std::string_view recipient) const = 0;
  /// Nothing else brings anything to this inbox: where nobody can hand over, it stays empty.
  [[nodiscard]] virtual bool only_handed_over() const = 0;
  /// The envelope in the words of ReadsOriginals' `context`.
  [[nodiscard]] virtual std::string context_of(const OriginalEnvelope& envelope, Timestamp now) const = 0;
};

/// What history is asked for.
struct HistoryRange {
  std::optional<Timestamp> since;
  /// What the inbox's own connection to this endpoint has stored: history ends where its news begin. Empty: nothing.
  std::string live_state;
};

enum class FileOriginal { whole, only_header };

/// Reads what was written before the inbox listened: over connections of its own that end, or from a file that
/// somebody hands in. What it makes of an original is what ReadsOriginals makes of it, but that one from the inbox's
/// own address went out.
class ImportsHistory {
 public:
  virtual ~ImportsHistory() = default;
  /// Those of `names`; all that the inbox listens to where it is empty.
  [[nodiscard]] virtual std::vector<StreamEndpoint> history_streams(const std::vector<std::string>& names) const = 0;
  /// `state` is what such a session stored last, empty at first. Refused where news and history cannot be told apart.
  [[nodiscard]] virtual Result<std::unique_ptr<StreamSession>> open_history(const StreamEndpoint& endpoint,
                                                                            const HistoryRange& range,
                                                                            const std::string& state) const = 0;
  /// The context of an original out of a file; `arrived_at` where it does not say itself when it was written.
  [[nodiscard]] virtual std::string file_context(FileOriginal extent, std::optional<Timestamp> arrived_at) const = 0;
};

/// An original's bytes, from wherever the host keeps them.
class OriginalSource {
 public:
  virtual ~OriginalSource() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills the front of `into`; 0 at the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
  virtual Result<void> seek(std::uint64_t offset) = 0;
};

/// Where the attachments of an original go while it is read.
class PartSink {
 public:
  virtual ~PartSink() = default;
  virtual Result<void> begin() = 0;
  virtual Result<void> write(std::span<const char> bytes) = 0;
  virtual Result<BlobRef> end() = 0;
};

/// Understands originals (RFC 5322). Called on a worker thread, several at once; pure but for source and sink. Fails
/// only when one of these two does: any bytes are a message, a note in it says what could not be read.
class ReadsOriginals {
 public:
  virtual ~ReadsOriginals() = default;
  [[nodiscard]] virtual std::string_view original_mime() const = 0;
  [[nodiscard]] virtual Result<Inbound> read_original(OriginalSource& source, const std::string& context,
                                                      PartSink& parts) const = 0;
};

}  // namespace inboxd::connectors
