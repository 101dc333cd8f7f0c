#include "daemon/visitors/chat_socket.hpp"

#include <chrono>
#include <utility>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::visitors {
namespace {

/// Answers wait for a slow client as well; one that asks on and reads nothing is cut off here.
constexpr std::size_t answers_unsent_max = 1U << 20U;

std::uint16_t close_code(ErrorCode code) {
  if (code == ErrorCode::unauthenticated) return 4401;
  if (code == ErrorCode::forbidden || code == ErrorCode::not_found) return 4403;
  if (code == ErrorCode::rate_limited) return 4429;
  return 4000;
}

}  // namespace

ChatSocket::ChatSocket(Visitors& visitors, std::string inbox_name, std::string address,
                       http::LiveConnection& connection, SocketLimits limits)
    : visitors_(visitors),
      inbox_name_(std::move(inbox_name)),
      address_(std::move(address)),
      connection_(connection),
      limits_(limits),
      opened_at_(clock().steady_now()),
      heard_at_(opened_at_),
      pinged_at_(opened_at_),
      progressed_at_(opened_at_) {
  send(R"({"type":"hello","protocol":1,"server":"inboxd","heartbeat_ms":)" + std::to_string(limits_.heartbeat.count()) +
       R"(,"hello_ms":)" + std::to_string(limits_.hello.count()) + R"(,"max_frame":)" +
       std::to_string(limits_.frame_max) + R"(,"server_time":")" + to_rfc3339(clock().now()) + "\"}");
  schedule_tick();
  const auto entrance = visitors_.entrance(inbox_name_);
  address_entered_ = entrance && visitors_.enter_address(entrance->inbox(), address_);
  visitors_.followers().enter(*this);
  if (!address_entered_) end(4429, "too many open connections", std::chrono::seconds{30});
}

ChatSocket::~ChatSocket() { *alive_ = false; }

void ChatSocket::on_closed() {
  *alive_ = false;
  tick_.reset();
  visitors_.followers().leave(*this);
  if (address_entered_) visitors_.leave_address(address_);
  if (caller_) visitors_.leave_visitor(*caller_);
}

void ChatSocket::end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) {
  if (std::exchange(ending_, true)) return;
  send(R"({"type":"bye","code":)" + std::to_string(code) +
       (retry_in ? R"(,"retry_in_ms":)" + std::to_string(retry_in->count()) : std::string()) + '}');
  connection_.close(code, reason);
}

void ChatSocket::show(std::string_view frame) {
  if (!ending_ && connection_.unsent() < limits_.unsent_max) send(frame);
}

void ChatSocket::refuse(const Error& error) {
  send(error_frame({}, error));
  end(close_code(error.code), enum_name(error.code), error.retry_after);
}

bool ChatSocket::take_frame_turn() {
  const auto second = std::chrono::floor<std::chrono::seconds>(clock().steady_now());
  if (second != second_) frames_in_second_ = 0;
  second_ = second;
  return ++frames_in_second_ <= limits_.frames_per_second_max;
}

void ChatSocket::on_text(std::string_view text) {
  if (ending_) return;
  on_alive();
  if (connection_.unsent() >= answers_unsent_max) return end(4001, "slow", std::nullopt);
  if (!take_frame_turn()) return end(4429, "too many frames", std::chrono::seconds{5});
  const auto frame = parse_frame(text);
  const auto type = frame ? connectors::text_of(*frame, "type") : std::string();
  if (type.empty()) return end(4400, "bad frame", std::nullopt);
  dispatch(type, *frame);
}

void ChatSocket::dispatch(const std::string& type, const boost::json::value& frame) {
  if (type == "pong") return;
  if (type == "ping") return send(R"({"type":"pong"})");
  if (type == "hello") return enter(frame);
  if (!caller_) return end(4401, "unauthenticated", std::nullopt);
  if (type == "message") return say(frame);
  if (type == "received") return move_mark(core::ChatMark::delivered, frame);
  if (type == "read") return move_mark(core::ChatMark::read, frame);
  if (type == "typing") return tell_typing(connectors::flag_of(frame, "on"));
  send(error_frame({}, bad_request("there is no frame type \"" + type.substr(0, 64) + '"')));
}

void ChatSocket::enter(const boost::json::value& frame) {
  if (caller_) return send(error_frame({}, bad_request("this connection has said hello already")));
  const auto entrance = visitors_.entrance(inbox_name_);
  if (!entrance) return refuse(entrance.error());
  auto caller = visitors_.caller(*entrance, connectors::text_of(frame, "token"), address_);
  if (!caller) return refuse(caller.error());
  auto position = read_position(frame);
  if (!position) return refuse(position.error());
  if (!visitors_.enter_visitor(*caller))
    return refuse({ErrorCode::rate_limited, "too many open connections; close another tab", std::chrono::seconds{30}});
  caller_ = std::move(caller).value();
  position_ = *position;
  delivered_.wanted = position_.seq.value_or(0);
  pull();
}

void ChatSocket::say(const boost::json::value& frame) {
  auto message = read_message(frame);
  const auto id = message ? message->client_msg_id : std::string();
  if (!message) return send(error_frame({}, message.error()));
  if (messages_under_way_ >= limits_.messages_under_way_max)
    return send(error_frame(id, {ErrorCode::rate_limited, "too many messages under way", Milliseconds{500}}));
  ++messages_under_way_;
  typing_ = false;
  visitors_.say(*caller_, std::move(message).value(), [this, alive = alive_, id](Result<core::Said> said) {
    if (!*alive) return;
    --messages_under_way_;
    if (!said) return send(error_frame(id, said.error()));
    send(ack_frame(id, *said));
  });
}

void ChatSocket::move_mark(core::ChatMark which, const boost::json::value& frame) {
  auto& mark = which == core::ChatMark::read ? read_ : delivered_;
  const auto seq = connectors::integer_of(frame, "seq");
  // Nobody has read what was not given to them.
  mark.wanted = std::max(mark.wanted, std::min(seq, position_.seq.value_or(0)));
  submit_mark(which);
}

void ChatSocket::submit_mark(core::ChatMark which) {
  auto& mark = which == core::ChatMark::read ? read_ : delivered_;
  if (mark.under_way || mark.wanted <= mark.reached) return;
  mark.under_way = true;
  const auto wanted = mark.wanted;
  visitors_.mark(*caller_, which, wanted, [this, alive = alive_, which, wanted](const Result<std::int64_t>& reached) {
    if (!*alive) return;
    auto& moved = which == core::ChatMark::read ? read_ : delivered_;
    moved.under_way = false;
    if (!reached) return;  // the client's next mark tries again
    moved.reached = wanted;
    submit_mark(which);
  });
}

void ChatSocket::tell_typing(bool on) {
  if (!position_.conversation || !contact_) return;
  const auto now = clock().steady_now();
  if (on && typing_ && now - typed_at_ < typing_interval) return;
  if (!on && !typing_) return;
  typing_ = on;
  if (on) typed_at_ = now;
  visitors_.surroundings().typing({caller_->inbox, *position_.conversation, *contact_, on});
}

void ChatSocket::pull() {
  if (!caller_ || ending_) return;
  if (reading_) {
    again_ = true;
    return;
  }
  if (connection_.unsent() >= limits_.unsent_max) return;  // on_drained() goes on
  reading_ = true;
  again_ = false;
  visitors_.read(*caller_, position_, [this, alive = alive_](Result<ChatNews> news) {
    if (!*alive || ending_) return;
    reading_ = false;
    if (!news) {
      const auto code = news.error().code;
      // The store is in trouble: the next commit, tick or drain tries again.
      if (code != ErrorCode::unauthenticated && code != ErrorCode::forbidden) return;
      return refuse(news.error());
    }
    give(*news);
    if (news->more() || again_) pull();
  });
}

void ChatSocket::give(const ChatNews& news) {
  const bool another = news.conversation != position_.conversation;
  if (!greeted_ || another || news.reset) {
    send(chat_frame(news));
    agent_read_seq_ = news.agent_read_seq;
  }
  if (another || news.reset) {
    read_ = {};
    delivered_ = {};
  }
  for (const auto& shown : news.messages)
    send(message_frame(shown.message, shown.seq, visitors_.surroundings().media_url));
  if (news.conversation && news.agent_read_seq > agent_read_seq_)
    send(read_frame(*news.conversation, news.agent_read_seq));
  agent_read_seq_ = news.agent_read_seq;
  position_ = {news.conversation, news.reached};
  identity_ = news.visitor.identity;
  contact_ = news.contact;
  // What it said it had when it came is delivered.
  if (!std::exchange(greeted_, true)) submit_mark(core::ChatMark::delivered);
}

void ChatSocket::schedule_tick() {
  tick_ = clock().after(limits_.tick, [this] { tick(); });
}

void ChatSocket::tick() {
  const auto now = clock().steady_now();
  if (connection_.written() != written_ || connection_.unsent() == 0) progressed_at_ = now;
  written_ = connection_.written();
  if (!caller_ && now - opened_at_ >= limits_.hello) return end(4401, "unauthenticated", std::nullopt);
  if (now - progressed_at_ >= limits_.slow) return end(4001, "slow", std::nullopt);
  if (now - heard_at_ >= 2 * limits_.heartbeat + limits_.tick) return end(4002, "heartbeat", std::nullopt);
  if (caller_ && now - pinged_at_ >= limits_.heartbeat) {
    pinged_at_ = now;
    send(R"({"type":"ping"})");
    pull();
  }
  schedule_tick();
}

}  // namespace inboxd::visitors
