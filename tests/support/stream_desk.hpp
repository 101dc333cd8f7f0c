// A desk with one inbox that keeps connections: a session that speaks in lines, a parser that reads a word, connections
// that a test moves by hand.
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/ingest/streams.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"
#include "tests/support/scripted_streams.hpp"

namespace inboxd::ingest {

/// Lines from the server: "+TEXT" more bytes of an original, "=STATE" its end, "-" dropped, ">STATE" the state moves,
/// "!" throws, "x" closes, "?" a finding, "U" an unhealthy one; of history "#N" tells how many come and "." ends it.
/// Each call is written back as a word.
class LineSession final : public connectors::StreamSession {
 public:
  explicit LineSession(std::string state) : state_(std::move(state)) {}
  connectors::StreamActions started(Timestamp /*now*/) override { return said("from[" + state_ + "]"); }
  connectors::StreamActions received(std::string_view bytes, Timestamp /*now*/) override {
    connectors::StreamActions actions;
    for (std::size_t at = 0; at < bytes.size();) {
      const auto end = std::min(bytes.find('\n', at), bytes.size());
      line(std::string(bytes.substr(at, end - at)), actions);
      at = end + 1;
    }
    return actions;
  }
  connectors::StreamActions committed(Timestamp /*now*/) override { return said(" committed"); }
  connectors::StreamActions due(Timestamp /*now*/) override { return said(" due"); }
  connectors::StreamActions ending(Timestamp /*now*/) override { return said(" bye"); }

 private:
  static connectors::StreamActions said(std::string word) {
    connectors::StreamActions actions;
    actions.write = std::move(word);
    return actions;
  }
  static void line(const std::string& line, connectors::StreamActions& actions) {
    const auto rest = line.empty() ? line : line.substr(1);
    if (line.starts_with('+')) actions.pieces.emplace_back(connectors::OriginalBytes{rest});
    if (line.starts_with('=')) actions.pieces.emplace_back(connectors::OriginalEnd{"context", rest});
    if (line.starts_with('-')) actions.pieces.emplace_back(connectors::OriginalDropped{});
    if (line.starts_with('>')) actions.pieces.emplace_back(connectors::StateMoved{rest});
    if (line.starts_with('!')) throw std::logic_error("a bug of the session's");
    if (line.starts_with('x')) actions.close = true;
    if (line.starts_with('#')) actions.expected = std::stoull(rest);
    if (line.starts_with('.')) actions.close = actions.finished = true;
    if (line.starts_with('U'))
      actions.finding = connectors::CheckFinding{InboxHealthState::unhealthy, "gone", "no such folder", {}};
    if (line.starts_with('w')) actions.wake_after = Milliseconds{5'000};
    if (line.starts_with('?'))
      actions.finding = connectors::CheckFinding{InboxHealthState::degraded, "syncing", "1 of 9", {}};
  }
  std::string state_;
};

/// An original's first word is the message's id; "throw" breaks the parser, "unstorable" the product's own code.
class StreamChannel : public connectors::Connector,
                      public connectors::Streams,
                      public connectors::ReadsOriginals,
                      public connectors::ImportsHistory {
 public:
  std::vector<std::string> names{"INBOX"};
  bool asks_token = false;
  mutable std::uint64_t longest = 0;

  [[nodiscard]] const Capabilities& capabilities() const override { return can_; }
  [[nodiscard]] std::string account() const override { return {}; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {"imaps://mail.test:993"}; }
  [[nodiscard]] connectors::WebhookVerdict verify(const connectors::WebhookRequest&, Timestamp) const override {
    return connectors::RefuseWebhook{};
  }
  [[nodiscard]] Inbound normalise(const connectors::WebhookRequest&) const override { return {}; }
  [[nodiscard]] Result<void> validate(const Outbound&) const override { return {}; }
  [[nodiscard]] connectors::SendStep next_send_step(const Outbound&, const connectors::Exchanges&) const override {
    return SendOutcome{Unknown{"never"}};
  }
  [[nodiscard]] connectors::CheckStep next_check_step(const connectors::Exchanges&) const override {
    return connectors::CheckFinding{};
  }
  [[nodiscard]] std::vector<connectors::StreamEndpoint> streams() const override {
    std::vector<connectors::StreamEndpoint> endpoints;
    for (const auto& name : names) endpoints.push_back({name, "imaps://mail.test:993", connectors::Login{}, {}});
    return endpoints;
  }
  [[nodiscard]] std::optional<connectors::Transfer> login_request(const connectors::StreamEndpoint&) const override {
    if (!asks_token) return std::nullopt;
    connectors::Transfer transfer;
    transfer.label = "token";
    return transfer;
  }
  [[nodiscard]] Result<std::string> bearer_of(const connectors::Exchange& answer) const override {
    if (answer.status == 200) return answer.body;
    const auto code = answer.status == 401 ? ErrorCode::unauthenticated : ErrorCode::channel_unavailable;
    return Error{code, "no token", {}};
  }
  [[nodiscard]] std::unique_ptr<connectors::StreamSession> open(const connectors::StreamEndpoint&,
                                                                const std::string& state) const override {
    return std::make_unique<LineSession>(state);
  }
  [[nodiscard]] connectors::CheckFinding refused(const connectors::StreamEndpoint&,
                                                 const std::string& why) const override {
    return {InboxHealthState::unhealthy, "refused", why, {}};
  }
  [[nodiscard]] std::vector<connectors::StreamEndpoint> history_streams(
      const std::vector<std::string>& wanted) const override {
    if (wanted.empty()) return streams();
    std::vector<connectors::StreamEndpoint> endpoints;
    for (const auto& name : wanted) endpoints.push_back({name, "imaps://mail.test:993", connectors::Login{}, {}});
    return endpoints;
  }
  [[nodiscard]] Result<std::unique_ptr<connectors::StreamSession>> open_history(
      const connectors::StreamEndpoint&, const connectors::HistoryRange& range,
      const std::string& state) const override {
    if (range.live_state == "unknown") return Error{ErrorCode::conflict, "not yet", {}};
    return std::unique_ptr<connectors::StreamSession>(std::make_unique<LineSession>(state));
  }
  [[nodiscard]] std::string file_context(connectors::FileOriginal, std::optional<Timestamp>) const override {
    return "context";
  }
  [[nodiscard]] std::string_view original_mime() const override { return "message/rfc822"; }
  [[nodiscard]] Result<Inbound> read_original(connectors::OriginalSource& source, const std::string&,
                                              connectors::PartSink& parts) const override {
    longest = std::max(longest, source.size());
    std::string start(std::min<std::uint64_t>(source.size(), 40), '\0');
    if (auto read = source.read(start); !read) return read.error();
    MessageReceived event;
    event.external_id = start.substr(0, start.find(' '));
    if (event.external_id == "throw") throw std::logic_error("a bug of the parser's");
    event.origin.dedupe_key = event.external_id;
    event.thread.handle = "anna";
    // "m1@9": written on the ninth day.
    if (const auto at = event.external_id.find('@'); at != std::string::npos)
      event.created_at = Timestamp{std::chrono::days{std::stoi(event.external_id.substr(at + 1))}};
    if (event.external_id == "file") {
      if (auto begun = parts.begin(); !begun) return begun.error();
      if (auto written = parts.write(start); !written) return written.error();
      auto blob = parts.end();
      if (!blob) return blob.error();
      event.attachments.push_back({{}, "a.txt", "text/plain", {}, {}, *blob, {}});
    }
    return Inbound{{event}, {}, {}};
  }

 private:
  Capabilities can_;
};

struct StreamDesk : Desk {
  StreamDesk() { streams.reload(); }
  std::string state(const std::string& stream = "INBOX") {
    return read([&](const storage::Tables& tables) { return tables.inboxes().stream_state(inbox_id, stream); });
  }
  std::size_t messages() {
    return read([&](const storage::Tables& tables) {
      std::size_t count = 0;
      for (std::int64_t id = 1; tables.messages().find(MessageId{id}); ++id) ++count;
      return count;
    });
  }
  std::vector<storage::QuarantineRow> quarantine() {
    return read([&](const storage::Tables& tables) { return tables.originals().quarantine(inbox_id, {}, 10); });
  }
  InboxHealth health() { return inbox(inbox_id).health; }
  /// Work waits until the test runs it.
  void run_work() {
    while (!work.empty()) {
      auto [first, then] = std::move(work.front());
      work.pop_front();
      first();
      then();
    }
  }

  std::shared_ptr<StreamChannel> channel = std::make_shared<StreamChannel>();
  InboxId inbox_id = add_channel("mail", channel);
  ScriptedStreams connections;
  CountingIngestObserver observer;
  FollowUp follow_up{{readers, transfers, clock, observer, {}, {}}};
  bool work_waits = false;
  std::deque<std::pair<std::function<void()>, std::function<void()>>> work;
  command_bus::RunInBackground background = [this](std::function<void()> first, std::function<void()> then) {
    work.emplace_back(std::move(first), std::move(then));
    if (!work_waits) run_work();
  };
  Streams streams{
      {channels(), bus, readers, connections, transfers, blobs, clock, random, background, follow_up, observer}};
};

}  // namespace inboxd::ingest
