// One agent's connection to the stream. Made by stream.cpp's acceptor; owned by the HTTP server until it is closed.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/http/api/stream.hpp"
#include "daemon/http/live_connection.hpp"
#include "daemon/live/subscription.hpp"

namespace inboxd::http {

class StreamSession final : public LiveSession, public StreamMember, public live::Outlet {
 public:
  StreamSession(const StreamSurroundings& surroundings, LiveConnection& connection);
  ~StreamSession() override;

  void on_text(std::string_view text) override;
  void on_drained() override;
  void on_alive() override { heard_at_ = surroundings_.clock.steady_now(); }
  void on_closed() override;

  [[nodiscard]] const Agent& agent() const override { return *agent_; }
  [[nodiscard]] bool subscribed() const override { return !subscriptions_.empty(); }
  [[nodiscard]] bool follows(InboxId inbox) const override;
  void send_ephemeral(std::string_view frame) override;
  void end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) override;

  void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) override {
    connection_.send(prefix, body);
  }
  [[nodiscard]] std::size_t unsent() const override { return connection_.unsent(); }
  void caught_up() override { surroundings_.room.tell_present(*this); }
  void cut_off() override { end(4004, "take a snapshot", std::nullopt); }

 private:
  /// What a subscribe needs to know of the store before its first frame.
  struct Beginning;

  void read_frame(std::string_view text);
  bool must_wait(const std::string& type) const;
  void enter(const Agent& agent);
  void dispatch(const std::string& type, const boost::json::object& frame, const std::string& id);
  void authenticate(const boost::json::object& frame, const std::string& id);
  void subscribe(const boost::json::object& frame, const std::string& id);
  void begin(const std::string& id, const std::string& name, Beginning beginning);
  void unsubscribe(const boost::json::object& frame, const std::string& id);
  void run_command(const boost::json::object& frame, const std::string& id);
  void tell_others(const std::string& type, const boost::json::object& frame);
  void set_presence(const boost::json::object& frame);

  void schedule_tick();
  void tick();
  void send_frame(std::string_view frame);
  void ok(const std::string& id, std::string_view data);
  void error(const std::string& id, const Error& error);
  bool take_ephemeral_turn();

  const StreamSurroundings& surroundings_;
  LiveConnection& connection_;
  std::string token_hash_;
  std::optional<Agent> agent_;
  std::map<std::string, std::unique_ptr<live::Subscription>> subscriptions_;
  int next_subscription_ = 1;
  std::size_t subscribing_ = 0;
  std::size_t commands_under_way_ = 0;
  bool authenticating_ = false;
  std::vector<std::string> pipelined_;  // frames that came before the answer to auth
  bool ending_ = false;
  Milliseconds opened_at_;
  Milliseconds heard_at_;
  Milliseconds pinged_at_;
  Milliseconds progressed_at_;
  std::uint64_t written_ = 0;
  Milliseconds ephemeral_second_{0};
  int ephemeral_count_ = 0;
  std::unique_ptr<Wait> tick_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // guards answers that outlive the session
};

}  // namespace inboxd::http
