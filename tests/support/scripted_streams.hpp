// Kept connections that a test moves by hand: it connects, feeds, closes, and reads what was written.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/transfers/streams.hpp"

namespace inboxd {

class ScriptedStreams final : public transfers::StreamConnections {
 public:
  struct Made {
    connectors::StreamEndpoint endpoint;
    transfers::StreamCallbacks callbacks;
    std::string written;
    bool paused = false;
    bool open = true;  // neither closed nor dropped

    void connect() const { copy().connected(); }
    void feed(std::string bytes) const { copy().received(std::move(bytes)); }
    void close(transfers::ClosedBy by = transfers::ClosedBy::failure, std::string why = "scripted") {
      if (std::exchange(open, false)) copy().closed({by, std::move(why)});
    }

   private:
    /// The owner may drop the connection, and with it these, within the call.
    [[nodiscard]] transfers::StreamCallbacks copy() const { return callbacks; }
  };

  std::unique_ptr<transfers::StreamConnection> connect(connectors::StreamEndpoint endpoint, transfers::Reach /*reach*/,
                                                       transfers::StreamCallbacks callbacks) override {
    made_.push_back(std::make_shared<Made>());
    made_.back()->endpoint = std::move(endpoint);
    made_.back()->callbacks = std::move(callbacks);
    return std::make_unique<Connection>(made_.back());
  }
  [[nodiscard]] std::size_t count() const { return made_.size(); }
  [[nodiscard]] Made& last() const { return *made_.back(); }
  [[nodiscard]] Made& at(std::size_t index) const { return *made_.at(index); }

 private:
  class Connection final : public transfers::StreamConnection {
   public:
    explicit Connection(std::shared_ptr<Made> made) : made_(std::move(made)) {}
    ~Connection() override { made_->open = false; }
    void write(std::string bytes) override { made_->written += bytes; }
    void pause() override { made_->paused = true; }
    void resume() override { made_->paused = false; }

   private:
    std::shared_ptr<Made> made_;
  };

  std::vector<std::shared_ptr<Made>> made_;
};

}  // namespace inboxd
