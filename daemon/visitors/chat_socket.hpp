// One visitor's WebSocket, subprotocol inboxd.chat.v1. Made by the chat's route; owned by the HTTP server until it is
// closed. It pulls what is new from the store at the client's pace: a slow one costs one position.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/http/live_connection.hpp"
#include "daemon/visitors/requests.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::visitors {

struct SocketLimits {
  Milliseconds heartbeat{25'000};  // we ping; two beats without a frame of the client's: 4002
  Milliseconds hello{5'000};       // to the first frame: 4401
  Milliseconds slow{60'000};       // without a byte taken while some wait: 4001
  Milliseconds tick{5'000};        // how often these are looked at
  std::size_t frame_max = 65'536;
  std::size_t unsent_max = 256U << 10U;  // beyond it nothing more is read for this socket
  int messages_under_way_max = 16;       // not yet committed
  int frames_per_second_max = 50;        // of the client's: 4429
};

class ChatSocket final : public http::LiveSession, public Follower {
 public:
  ChatSocket(Visitors& visitors, std::string inbox_name, std::string address, http::LiveConnection& connection,
             SocketLimits limits);
  ~ChatSocket() override;

  void on_text(std::string_view text) override;
  void on_drained() override { pull(); }
  void on_alive() override { heard_at_ = clock().steady_now(); }
  void on_closed() override;

  [[nodiscard]] VisitorId visitor() const override { return caller_ ? caller_->visitor : VisitorId{}; }
  [[nodiscard]] std::optional<IdentityId> identity() const override { return identity_; }
  [[nodiscard]] std::optional<ConversationId> conversation() const override { return position_.conversation; }
  void chat_moved() override { pull(); }
  void show(std::string_view frame) override;
  void end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) override;

 private:
  /// A mark that the visitor moves: one command at a time, the newest wins.
  struct MovingMark {
    std::int64_t wanted = 0;
    std::int64_t reached = 0;
    bool under_way = false;
  };

  [[nodiscard]] Clock& clock() const { return visitors_.surroundings().clock; }
  void send(std::string_view frame) { connection_.send(frame, nullptr); }
  void dispatch(const std::string& type, const boost::json::value& frame);
  void enter(const boost::json::value& frame);
  void say(const boost::json::value& frame);
  void move_mark(core::ChatMark which, const boost::json::value& frame);
  void submit_mark(core::ChatMark which);
  void tell_typing(bool on);
  void pull();
  void give(const ChatNews& news);
  void refuse(const Error& error);
  bool take_frame_turn();
  void schedule_tick();
  void tick();

  Visitors& visitors_;
  std::string inbox_name_;
  std::string address_;
  http::LiveConnection& connection_;
  SocketLimits limits_;
  std::optional<Caller> caller_;
  ChatPosition position_;
  std::optional<IdentityId> identity_;
  std::optional<ContactId> contact_;
  std::int64_t agent_read_seq_ = 0;
  bool address_entered_ = false;
  bool greeted_ = false;
  bool reading_ = false;
  bool again_ = false;
  bool ending_ = false;
  int messages_under_way_ = 0;
  MovingMark delivered_;
  MovingMark read_;
  bool typing_ = false;
  Milliseconds typed_at_{0};
  Milliseconds opened_at_;
  Milliseconds heard_at_;
  Milliseconds pinged_at_;
  Milliseconds progressed_at_;
  std::uint64_t written_ = 0;
  Milliseconds second_{0};
  int frames_in_second_ = 0;
  std::unique_ptr<Wait> tick_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // guards answers that outlive the socket
};

}  // namespace inboxd::visitors
