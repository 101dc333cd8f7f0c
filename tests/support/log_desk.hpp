// A desk with a hub over its log: agents with tokens, messages that become events, and the ends of a stream as lists
// of frames. Used by tests of daemon/live and of the API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/parse.hpp>

#include "daemon/http/auth/token.hpp"
#include "daemon/http/live_connection.hpp"
#include "daemon/live/subscription.hpp"
#include "tests/support/deferred_readers.hpp"
#include "tests/support/desk.hpp"

namespace inboxd {

inline std::string field(const boost::json::object& frame, std::string_view name) {
  const auto* value = frame.if_contains(boost::json::string_view(name.data(), name.size()));
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

/// Frames in the order in which they were sent; unsent until the test drains them.
class Frames {
 public:
  void add(std::string_view prefix, std::string_view body) {
    texts.push_back(std::string(prefix) + std::string(body));
    unsent += slow ? texts.back().size() : 0;
    written += slow ? 0 : texts.back().size();
  }
  [[nodiscard]] boost::json::object at(std::size_t index) const {
    return boost::json::parse(texts.at(index)).as_object();
  }
  [[nodiscard]] boost::json::object last() const { return at(texts.size() - 1); }
  [[nodiscard]] std::vector<boost::json::object> of_type(std::string_view type) const {
    std::vector<boost::json::object> found;
    for (const auto& text : texts) {
      auto frame = boost::json::parse(text).as_object();
      if (field(frame, "type") == type) found.push_back(std::move(frame));
    }
    return found;
  }
  void drain() {
    written += unsent;
    unsent = 0;
  }

  std::vector<std::string> texts;
  std::size_t unsent = 0;
  std::uint64_t written = 0;
  bool slow = false;
};

class FramesOutlet final : public live::Outlet {
 public:
  void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) override {
    frames.add(prefix, body ? *body : std::string());
  }
  [[nodiscard]] std::size_t unsent() const override { return frames.unsent; }
  void cut_off() override { cut = true; }
  Frames frames;
  bool cut = false;
};

class FramesConnection final : public http::LiveConnection {
 public:
  void send(std::string_view prefix, const std::shared_ptr<const std::string>& body) override {
    if (closed_with == 0) frames.add(prefix, body ? *body : std::string());
  }
  [[nodiscard]] std::size_t unsent() const override { return frames.unsent; }
  [[nodiscard]] std::uint64_t written() const override { return frames.written; }
  void close(std::uint16_t code, std::string_view) override {
    if (closed_with == 0) closed_with = code;
  }
  Frames frames;
  std::uint16_t closed_with = 0;
};

class LogDesk : public Desk {
 public:
  /// The agent's token is "token-" and the name.
  AgentId add_agent(const std::string& name, Role role, std::vector<InboxId> inboxes) {
    return write([&](core::Context& context) {
      Agent agent;
      agent.email = name + "@example.com";
      agent.name = name;
      agent.role = role;
      agent.all_inboxes = inboxes.empty();
      agent.inboxes = std::move(inboxes);
      agent.created_at = context.now;
      const auto id = context.tables.agents().insert(agent);
      context.tables.agents().add_token(id, http::hash_token("token-" + name), context.now);
      return id;
    });
  }
  Agent agent(AgentId id) {
    return read([&](const storage::Tables& tables) { return *tables.agents().find(id); });
  }
  static Agent everybody() {
    Agent agent;
    agent.role = Role::admin;
    agent.all_inboxes = true;
    return agent;
  }
  MessageId add_message(ConversationId conversation, const std::string& text) {
    return add_messages(conversation, text, 1);
  }
  /// All in one commit; the last one's id.
  MessageId add_messages(ConversationId conversation, const std::string& text, int count) {
    return write([&](core::Context& context) {
      const auto row = *context.tables.conversations().find(conversation);
      Message message;
      message.conversation = row.id;
      message.inbox = row.inbox;
      message.author = {AuthorKind::contact, row.contact.value, ""};
      message.text = text;
      message.created_at = message.received_at = context.now;
      for (int i = 0; i < count; ++i) {
        message.id = context.tables.messages().insert(message);
        core::record(context, message, EventType::message_created);
      }
      return message.id;
    });
  }
  std::int64_t head() {
    return read([](const storage::Tables& tables) { return tables.events().head(); });
  }
  /// As the writer does after a commit.
  void tell() { hub.committed(head()); }
  std::string epoch() { return hub.epoch(); }
  std::string cursor(std::int64_t sequence) { return to_string(Cursor{epoch(), sequence}); }

  DeferredReaders deferred{readers};
  live::Hub hub{readers, channels(), "e1", 0};
};

}  // namespace inboxd
