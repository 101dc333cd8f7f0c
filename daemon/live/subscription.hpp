// One reader of the log over one connection: replays from its cursor, then follows; a slow one costs one cursor.
// Every frame names the cursor given before it, so that a client sees that nothing is missing.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/live/hub.hpp"

namespace inboxd::live {

inline constexpr std::size_t unsent_max = 1U << 20U;  // beyond it nothing more is handed to the connection

/// Where frames go.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// One frame of `prefix` followed by `body`, which others may share (null: nothing).
  virtual void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) = 0;
  [[nodiscard]] virtual std::size_t unsent() const = 0;
  /// The `live` frame was sent just now.
  virtual void caught_up() {}
  /// What follows cannot be given whole any more (rights, or a log that was cut): only a new snapshot helps. May
  /// destroy the subscription.
  virtual void cut_off() = 0;
};

class Subscription final : public Follower {
 public:
  Subscription(Hub& hub, Outlet& outlet, std::string name, Filter filter);
  ~Subscription() override;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

  /// Begins after `sequence`; a `live` frame follows when the log is reached.
  void start(std::int64_t sequence);
  /// The connection has room again.
  void resume() { pump(); }
  /// Moves a quiet reader's cursor on, when there is something to tell.
  void mark();

  void log_moved() override { pump(); }
  [[nodiscard]] std::optional<std::int64_t> reached() const override { return position_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Filter& filter() const { return filter_; }

 private:
  void pump();
  void read_page();
  void give(const FeedEvent& event);
  void give_cursor(std::string_view type);

  Hub& hub_;
  Outlet& outlet_;
  std::string name_;
  Filter filter_;
  std::int64_t position_ = 0;  // everything up to here was given or is not for this reader
  std::int64_t given_ = 0;     // the last cursor that the client knows
  bool started_ = false;
  bool live_ = false;
  bool reading_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // guards answers that outlive the subscription
};

}  // namespace inboxd::live
