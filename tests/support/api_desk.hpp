// A desk with the API around it: requests straight to the routes' handlers, and stream sessions over connections that
// are lists of frames. Used by tests of daemon/http/api.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/http/api/admin.hpp"
#include "daemon/http/api/resources.hpp"
#include "daemon/http/api/stream_session.hpp"
#include "tests/support/log_desk.hpp"

namespace inboxd {

/// What one request came to; no status: not answered yet.
struct Answered {
  int status = 0;
  http::Response response;
  [[nodiscard]] boost::json::object body() const { return boost::json::parse(response.body).as_object(); }
  [[nodiscard]] std::string code() const { return field(body(), "code"); }
  [[nodiscard]] std::string header(std::string_view name) const {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return {};
  }
};

class ApiDesk : public LogDesk {
 public:
  ApiDesk() {
    http::add_conversation_routes(router, api);
    http::add_message_routes(router, api);
    http::add_contact_routes(router, api);
    http::add_attachment_routes(router, api);
    http::add_people_routes(router, api);
    http::add_event_routes(router, api);
    http::add_stream_route(router, stream);
    http::add_admin_routes(router, admin);
  }

  /// `target` with its query; as the agent of that name, or nobody.
  std::shared_ptr<Answered> ask(const std::string& method, const std::string& target, const std::string& as = "",
                                const std::string& body = "", http::Listener listener = http::Listener::main) {
    http::Request request;
    request.listener = listener;
    request.method = method;
    const auto question = std::min(target.find('?'), target.size());
    request.path = target.substr(0, question);
    request.query = question < target.size() ? target.substr(question + 1) : "";
    if (!as.empty()) request.headers.emplace_back("authorization", "Bearer token-" + as);
    request.body = body;
    const auto match = router.match(listener, method, request.path);
    auto answered = std::make_shared<Answered>();
    if (match.route == nullptr) throw std::runtime_error("no route " + method + ' ' + target);
    request.captures = match.captures;
    match.route->handler(std::move(request), [answered](http::Response response) {
      if (answered->status != 0) throw std::runtime_error("answered twice");
      answered->status = response.status;
      answered->response = std::move(response);
    });
    return answered;
  }

  http::MediaLinks links{random};
  http::Surroundings api{bus,
                         deferred_reads,
                         clock,
                         hub,
                         blobs,
                         links,
                         channels(),
                         1U << 20U,
                         "https://media.example",
                         [](const std::string&) { return std::chrono::days{7}; },
                         [this](ConversationId id) { told_read.push_back(id); }};
  http::StreamRoom room{random};
  http::StreamSurroundings stream{
      api, clock, room, {}, "https://desk.example", [this](ConversationId id, const Agent&, bool on) {
        if (on) told_typing.push_back(id);
      }};
  http::AdminSurroundings admin{bus,
                                deferred_reads,
                                random,
                                channels(),
                                hub.epoch(),
                                [this](AgentId agent, bool disabled) { room.rights_changed(agent, disabled); },
                                [this](http::EventPoll poll, http::Responder respond) {
                                  http::follow_events(hub, clock, std::move(poll), std::move(respond));
                                },
                                [] { return std::string(R"(,"uptime_ms":1)"); }};
  http::Router router;
  std::vector<ConversationId> told_read;
  std::vector<ConversationId> told_typing;

  /// Answers at once until the test holds it.
  class HeldReaders final : public command_bus::Readers {
   public:
    HeldReaders(command_bus::Readers& now, DeferredReaders& later) : now_(now), later_(later) {}
    bool held = false;
    void submit(std::function<void(const command_bus::ReadSources&)> read,
                std::function<void(Result<void>)> done) override {
      command_bus::Readers& readers = held ? static_cast<command_bus::Readers&>(later_) : now_;
      readers.submit(std::move(read), std::move(done));
    }

   private:
    command_bus::Readers& now_;
    DeferredReaders& later_;
  };
  HeldReaders deferred_reads{readers, deferred};
};

/// One client of the stream.
class StreamClient {
 public:
  explicit StreamClient(const http::StreamSurroundings& surroundings)
      : session(std::make_unique<http::StreamSession>(surroundings, connection)) {}
  ~StreamClient() { close(); }
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;

  /// The first frame that it caused.
  boost::json::object say(const std::string& frame) {
    const auto before = connection.frames.texts.size();
    session->on_text(frame);
    return before < connection.frames.texts.size() ? connection.frames.at(before) : boost::json::object{};
  }
  boost::json::object enter(const std::string& agent) {
    return say(R"({"type":"auth","id":1,"token":"token-)" + agent + "\"}");
  }
  void close() {
    if (!session) return;
    session->on_closed();
    session.reset();
  }
  [[nodiscard]] std::string error_code() const {
    const auto frame = connection.frames.last();
    const auto* error = frame.if_contains("error");
    return error != nullptr ? field(error->as_object(), "code") : std::string();
  }

  FramesConnection connection;
  Frames& frames = connection.frames;
  std::unique_ptr<http::StreamSession> session;
};

}  // namespace inboxd
