// One agent's browser on the stream: connects, resumes from its cursor, keeps a picture of the desk by snapshot and
// events, sends commands and repeats with the same key what was not answered. Holds every frame against the mirror.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "daemon/http/api/stream_session.hpp"
#include "tests/simulation/life.hpp"

namespace inboxd::simulation {

/// A command that its agent wants carried out once.
struct Intent {
  std::string key;
  std::string name;
  boost::json::object arguments;
  std::string reply;  // the tag, where it is one
};

class Client {
 public:
  Client(std::string agent, World& world) : agent_(std::move(agent)), world_(world) {}
  ~Client() { drop(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] const std::string& agent() const { return agent_; }
  [[nodiscard]] bool connected() const { return session_ != nullptr; }
  [[nodiscard]] bool idle() const { return line_.frames.empty() && !line_.closed_with; }
  [[nodiscard]] bool live() const { return live_; }
  [[nodiscard]] bool closed_by_server() const { return line_.closed_with != 0; }
  [[nodiscard]] std::size_t under_way() const { return asked_.size(); }

  void connect(Life& life);
  /// The connection breaks, or its end is taken note of.
  void drop();
  /// Takes what came, at most so many frames.
  void read(std::size_t most);
  enum class Pace { normal, stalled };
  void set_pace(Pace pace);
  void command(Intent intent);
  /// What was asked and not answered before a connection ended is asked again; or given up, as after a long time.
  void repeat_unanswered();
  void give_up() { unanswered_.clear(); }

  /// With everything read: its picture is that of a snapshot taken now.
  void compare(Life& life) const;

 private:
  struct Line final : http::LiveConnection {
    void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) override {
      if (closed_with == 0) frames.push_back(std::string(prefix) + (body ? *body : std::string()));
    }
    [[nodiscard]] std::size_t unsent() const override { return stalled ? live::unsent_max : 0; }
    [[nodiscard]] std::uint64_t written() const override { return 0; }
    void close(std::uint16_t code, std::string_view) override {
      if (closed_with == 0) closed_with = code;
    }
    std::deque<std::string> frames;
    std::uint16_t closed_with = 0;
    bool stalled = false;
  };
  struct Picture {
    std::map<std::string, std::string> conversations;
    std::map<std::string, std::string> inboxes;
  };

  void subscribe();
  void take(const boost::json::object& frame);
  void take_answer(const boost::json::object& frame, bool fine);
  void refused_subscription(const std::string& code);
  void take_snapshot(const boost::json::object& frame);
  void take_event(const boost::json::object& frame);
  void move_to(std::int64_t position, std::int64_t until);
  static void add_snapshot(const boost::json::object& frame, Picture& picture);
  [[noreturn]] void broken(const std::string& what) const { throw Broken(agent_ + "'s stream: " + what); }

  std::string agent_;
  World& world_;
  Line line_;
  std::unique_ptr<http::StreamSession> session_;
  std::optional<std::int64_t> cursor_;  // the last that it was given; nothing: it needs a snapshot
  std::string epoch_;
  std::set<std::string> inboxes_;  // that its snapshot showed: its rights until the next
  Picture picture_;
  Picture coming_;
  bool live_ = false;
  std::int64_t next_id_ = 10;
  std::map<std::int64_t, Intent> asked_;
  std::vector<Intent> unanswered_;
};

}  // namespace inboxd::simulation
