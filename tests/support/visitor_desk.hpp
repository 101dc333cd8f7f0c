// A desk with a web chat: visitors with sessions, sockets as lists of frames, and agents' replies. Used by tests of
// daemon/visitors and daemon/core/visitors.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "connectors/webchat/webchat.hpp"
#include "daemon/visitors/chat_socket.hpp"
#include "tests/support/log_desk.hpp"

namespace inboxd {

class VisitorDesk : public LogDesk {
 public:
  static std::shared_ptr<const connectors::Connector> chat(bool identity_required = false) {
    connectors::VisitorRules rules;
    rules.allowed_origins = {"https://www.example.com"};
    rules.identity_required = identity_required;
    rules.upload_types = {"image/png"};
    rules.limits.messages_per_minute_max = 20;
    rules.limits.upload_bytes_per_day_max = 1U << 20U;
    return std::make_shared<connectors::webchat::Webchat>(std::move(rules), "a secret of the tests");
  }

  InboxId website = add_channel("website", chat());
  AgentId ada = add_agent("ada", Role::admin, {});
  std::vector<visitors::VisitorTyping> typing;
  visitors::Visitors visitors{{channels(), bus, readers, clock, random, blobs,
                               [](AttachmentId id) { return "https://media.example/" + to_string(id); },
                               [this](const visitors::VisitorTyping& typed) { typing.push_back(typed); }, 0}};

  visitors::Entrance entrance() { return visitors.entrance("website").value(); }
  Result<visitors::SessionAnswer> ask_session(const std::string& visitor_token = {}) {
    std::optional<Result<visitors::SessionAnswer>> answer;
    visitors.open_session(entrance(), {visitor_token, {}, "it", "192.0.2.1"},
                          [&](Result<visitors::SessionAnswer> given) { answer.emplace(std::move(given)); });
    return std::move(*answer);
  }
  visitors::Caller caller_of(const visitors::SessionAnswer& session) {
    return visitors.caller(entrance(), session.session_token, "192.0.2.1").value();
  }
  /// As an agent, with the commit told to those who follow.
  core::Outcome reply(ConversationId conversation, const std::string& text) {
    const auto outcome = write([&](core::Context& context) {
      core::SendMessage message;
      message.conversation = conversation;
      message.text = text;
      return core::send_message(context, *context.tables.agents().find(ada), message, {*channels()(), "e1"}).value();
    });
    visitors.followers().committed(head());
    return outcome;
  }
  Message message(MessageId id) {
    return read([&](const storage::Tables& tables) { return *tables.messages().find(id); });
  }
};

/// One open socket of a visitor's.
class VisitorClient {
 public:
  explicit VisitorClient(VisitorDesk& desk, visitors::SocketLimits limits = {})
      : socket(std::make_unique<visitors::ChatSocket>(desk.visitors, "website", "192.0.2.1", connection, limits)) {}
  ~VisitorClient() { close(); }
  VisitorClient(const VisitorClient&) = delete;
  VisitorClient& operator=(const VisitorClient&) = delete;

  void hello(const visitors::SessionAnswer& session, const std::string& more = {}) {
    socket->on_text(R"({"type":"hello","token":")" + session.session_token + '"' + more + '}');
  }
  void say(const std::string& text, int number = 1) {
    socket->on_text(R"({"type":"message","client_msg_id":")" + uuid(number) + R"(","text":")" + text + R"("})");
  }
  static std::string uuid(int number) {
    const auto digits = std::to_string(number);
    return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  }
  void close() {
    if (!socket) return;
    socket->on_closed();
    socket.reset();
  }

  FramesConnection connection;
  Frames& frames = connection.frames;
  std::unique_ptr<visitors::ChatSocket> socket;
};

}  // namespace inboxd
