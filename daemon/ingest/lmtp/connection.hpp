// One LMTP client's socket: reads, asks the session, writes, in turns, so that nobody holds more than one piece of
// input and its answers; a mail goes into a Handover. Owned by the Listener, and by its own reads and writes under way.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/generic/stream_protocol.hpp>

#include "daemon/ingest/lmtp/handover.hpp"
#include "daemon/ingest/lmtp/session.hpp"

namespace inboxd::ingest::lmtp {

/// Of one mail in memory, on its way to the disk; beyond it nothing more is read from its connection.
inline constexpr std::size_t mail_bytes_held_max = 1U << 20U;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;

  /// Called once, when the socket is closed.
  using Ended = std::function<void(const std::shared_ptr<Connection>&)>;

  Connection(Socket socket, Surroundings& with, Ended ended);

  void start();
  /// A goodbye; a mail that waits for the store is answered before.
  void drain();
  /// Cut now, without `ended`.
  void abandon();

 private:
  void read();
  void apply(Actions actions);
  void take(MailPiece piece);
  void go_on();
  void stored(const std::vector<Stored>& outcomes);
  void arm();
  void end();
  [[nodiscard]] Recipient look(std::string_view address) const;
  void count_refused(const connectors::OriginalEnvelope& envelope) const;

  Socket socket_;
  Surroundings& with_;
  Ended ended_;
  Session session_;
  std::array<char, 64U << 10U> input_{};
  std::string output_;  // being written
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool gone_ = false;
  std::unique_ptr<Handover> mail_;
  std::unique_ptr<Wait> deadline_;
};

}  // namespace inboxd::ingest::lmtp
