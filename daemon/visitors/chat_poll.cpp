#include "daemon/visitors/chat_poll.hpp"

#include <utility>

#include "schemas/json/fields.hpp"

namespace inboxd::visitors {
namespace {

class ChatPoll final : public Follower, public std::enable_shared_from_this<ChatPoll> {
 public:
  using Answer = std::function<void(Result<std::string>)>;
  ChatPoll(Visitors& visitors, ChatPollRequest request, Answer answer)
      : visitors_(visitors), request_(std::move(request)), answer_(std::move(answer)) {}
  ~ChatPoll() override {
    visitors_.followers().leave(*this);
    visitors_.leave_visitor(request_.caller);
  }

  void start() {
    self_ = shared_from_this();
    expired_ = request_.wait_seconds == 0;
    visitors_.followers().enter(*this);
    // Whoever left waits no longer, and leaves room for their next poll.
    if (request_.peer)
      request_.peer->when_gone([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->expire();
      });
    timeout_ = visitors_.surroundings().clock.after(std::chrono::seconds{request_.wait_seconds}, [this] { expire(); });
    // What the client has is delivered: its next poll says so.
    if (request_.position.seq.value_or(0) > 0)
      visitors_.mark(request_.caller, core::ChatMark::delivered, *request_.position.seq, [](Result<std::int64_t>) {});
    read();
  }

  [[nodiscard]] VisitorId visitor() const override { return request_.caller.visitor; }
  [[nodiscard]] std::optional<IdentityId> identity() const override { return identity_; }
  [[nodiscard]] std::optional<ConversationId> conversation() const override { return conversation_; }
  void chat_moved() override { read(); }
  void show(std::string_view frame) override {
    items_.emplace_back(frame);
    expire();
  }
  /// The daemon ends, or the visitor does: what is there is the answer.
  void end(std::uint16_t, std::string_view, std::optional<Milliseconds>) override { expire(); }

 private:
  void expire() {
    expired_ = true;
    read();
  }

  void read() {
    again_ = true;
    if (reading_ || !answer_) return;
    reading_ = true;
    again_ = false;
    visitors_.read(request_.caller, request_.position, [this, self = shared_from_this()](Result<ChatNews> news) {
      reading_ = false;
      if (!answer_) return;
      if (!news) return finish(news.error());
      identity_ = news->visitor.identity;
      conversation_ = news->conversation;
      const bool read_on = first_ ? false : news->agent_read_seq != agent_read_seq_;
      agent_read_seq_ = news->agent_read_seq;
      first_ = false;
      if (!news->messages.empty() || news->reset || read_on || expired_) return finish(body_of(*news));
      if (again_) read();
    });
  }

  std::string body_of(const ChatNews& news) {
    using json_fields::field;
    std::string body;
    JsonWriter writer(body);
    writer.begin_object();
    field(writer, "conversation", news.conversation);
    field(writer, "reset", news.reset);
    field(writer, "after", news.begin);
    field(writer, "last_seq", news.reached);
    field(writer, "read_seq", news.read_seq);
    field(writer, "agent_read_seq", news.agent_read_seq);
    writer.key("items");
    writer.begin_array();
    for (const auto& shown : news.messages)
      writer.raw(message_frame(shown.message, shown.seq, visitors_.surroundings().media_url));
    for (const auto& item : items_) writer.raw(item);
    writer.end_array();
    writer.end_object();
    return body;
  }

  void finish(Result<std::string> body) {
    const auto answer = std::exchange(answer_, nullptr);
    const auto self = std::move(self_);
    timeout_.reset();
    visitors_.followers().leave(*this);
    answer(std::move(body));
  }

  Visitors& visitors_;
  ChatPollRequest request_;
  Answer answer_;
  std::optional<IdentityId> identity_;
  std::optional<ConversationId> conversation_;
  std::int64_t agent_read_seq_ = 0;
  std::vector<std::string> items_;
  bool first_ = true;
  bool reading_ = false;
  bool again_ = false;
  bool expired_ = false;
  std::unique_ptr<Wait> timeout_;
  std::shared_ptr<ChatPoll> self_;  // lives until it has answered
};

}  // namespace

void poll_chat(Visitors& visitors, ChatPollRequest request, std::function<void(Result<std::string>)> done) {
  if (!visitors.enter_visitor(request.caller))
    return done(
        Error{ErrorCode::rate_limited, "too many open connections; close another tab", std::chrono::seconds{30}});
  std::make_shared<ChatPoll>(visitors, std::move(request), std::move(done))->start();
}

}  // namespace inboxd::visitors
