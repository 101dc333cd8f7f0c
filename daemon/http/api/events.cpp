// /v1/events: the stream by long poll, for programs without a WebSocket.
#include <algorithm>

#include "daemon/http/api/event_poll.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/api/resources.hpp"

namespace inboxd::http {
namespace {

constexpr int wait_seconds_max = 60;
constexpr int events_max = 1'000;
/// The hub reads a commit after the answers to it were given, within milliseconds. Beyond this it is in trouble, and a
/// poll is answered with what there is.
constexpr std::chrono::seconds hub_lag_max{5};

struct Poll {
  std::string token_hash;
  std::optional<Cursor> since;
  int wait_seconds = 0;
  int limit = 100;
};

Result<Poll> parse_poll(const Request& request) {
  const Query query(request.query);
  Poll poll;
  auto hash = token_hash_of(request);
  if (!hash) return hash.error();
  poll.token_hash = *hash;
  if (const auto since = query.find("since")) {
    poll.since = parse_cursor(*since);
    if (!poll.since) return bad_request("`since` takes a cursor as the stream gave it");
  }
  if (const auto wait = query.find("wait")) {
    const auto seconds = parse_position(*wait);
    if (!seconds || seconds->size() != 1 || seconds->front() < 0 || seconds->front() > wait_seconds_max)
      return bad_request("`wait` takes 0 to " + std::to_string(wait_seconds_max) + " seconds");
    poll.wait_seconds = static_cast<int>(seconds->front());
  }
  const auto limit = query.limit(events_max, events_max);
  if (!limit) return limit.error();
  poll.limit = *limit;
  return poll;
}

Result<EventPoll> find_start(const storage::Tables& tables, const Poll& poll, const std::string& epoch) {
  const auto agent = agent_of_token(tables, poll.token_hash);
  if (!agent) return agent.error();
  const auto& log = tables.events();
  if (!poll.since) return EventPoll{*agent, log.head(), log.head(), poll.wait_seconds, poll.limit};
  if (poll.since->epoch != epoch || poll.since->sequence > log.head())
    return Error{ErrorCode::epoch_changed, "this cursor is from another life of the store; start without `since`", {}};
  if (poll.since->sequence + 1 < log.oldest() || poll.since->sequence < agent->rights_changed_at_sequence)
    return Error{ErrorCode::resync_required, "the log cannot be given from this cursor on; read the lists again", {}};
  return EventPoll{*agent, poll.since->sequence, log.head(), poll.wait_seconds, poll.limit};
}

/// One request that waits: reads a page whenever the log moves, answers at the first event or when its time is over.
class Waiter final : public live::Follower, public std::enable_shared_from_this<Waiter> {
 public:
  Waiter(live::Hub& hub, Clock& clock, EventPoll poll, Responder respond)
      : hub_(hub),
        clock_(clock),
        poll_(std::move(poll)),
        filter_(poll_.viewer),
        position_(poll_.position),
        given_(poll_.position),
        respond_(std::move(respond)) {}
  ~Waiter() override { hub_.unfollow(*this); }

  void start() {
    hub_.follow(*this);
    self_ = shared_from_this();
    if (poll_.peer)
      poll_.peer->when_gone([weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->log_ended();
      });
    ended_ = hub_.ended();
    if (poll_.wait_seconds == 0) return expire();
    timeout_ = clock_.after(std::chrono::seconds{poll_.wait_seconds}, [this] { expire(); });
    read();
  }

  void log_moved() override { read(); }
  /// Nothing more comes, or nobody waits for it: what is there is the answer.
  void log_ended() override {
    ended_ = true;
    read();
  }

 private:
  void expire() {
    expired_ = true;
    if (behind()) timeout_ = clock_.after(hub_lag_max, [this] { log_ended(); });
    read();
  }

  /// The hub has not reached what was committed before this poll: whoever was told of a commit finds its events.
  [[nodiscard]] bool behind() const { return hub_.head() < poll_.log_head; }
  [[nodiscard]] bool due() const { return ended_ || (expired_ && !behind()); }

  void read() {
    if (reading_ || !respond_) return;
    if (position_ >= hub_.head()) {
      if (due()) answer();
      return;
    }
    reading_ = true;
    hub_.read_page(position_, filter_, poll_.limit, [this, self = shared_from_this()](Result<live::Page> page) {
      reading_ = false;
      if (!respond_) return;
      if (!page) return finish(problem(page.error()));
      for (auto& event : page->events) events_.push_back(std::move(event));
      position_ = page->scanned_to;
      if (!events_.empty() || due()) return answer();
      read();
    });
  }

  /// The same frames as the stream's, chained by `previous` as well.
  void answer() {
    const auto& epoch = hub_.epoch();
    std::string body = R"({"items":[)";
    for (const auto& event : events_) {
      if (body.back() == '}') body += ',';
      body += R"({"type":"event","previous":")" + to_string(Cursor{epoch, given_}) + '"';
      body += *event.tail;
      given_ = event.sequence;
    }
    finish(json(200, body + R"(],"cursor":")" + to_string(Cursor{epoch, position_}) + "\"}"));
  }

  void finish(Response response) {
    const auto respond = std::exchange(respond_, nullptr);
    const auto self = std::move(self_);
    timeout_.reset();
    hub_.unfollow(*this);
    if (respond) respond(std::move(response));
  }

  live::Hub& hub_;
  Clock& clock_;
  EventPoll poll_;
  live::Filter filter_;
  std::int64_t position_;
  std::int64_t given_;
  Responder respond_;
  std::vector<live::FeedEvent> events_;
  bool reading_ = false;
  bool expired_ = false;  // the client's time is over
  bool ended_ = false;
  std::unique_ptr<Wait> timeout_;
  std::shared_ptr<Waiter> self_;  // lives until it has answered
};

}  // namespace

void follow_events(live::Hub& hub, Clock& clock, EventPoll poll, Responder respond) {
  std::make_shared<Waiter>(hub, clock, std::move(poll), std::move(respond))->start();
}

void add_event_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/events", {}, [&surroundings](const Request& request, Responder respond) {
    auto poll = parse_poll(request);
    if (!poll) return respond(problem(poll.error()));
    surroundings.readers.read<EventPoll>(
        [poll = *poll, epoch = surroundings.hub.epoch()](const command_bus::ReadSources& sources) {
          return find_start(sources.tables, poll, epoch);
        },
        [&surroundings, peer = request.peer, respond = std::move(respond)](Result<EventPoll> start) {
          if (!start) return respond(problem(start.error()));
          start->peer = peer;
          follow_events(surroundings.hub, surroundings.clock, std::move(start).value(), respond);
        });
  });
}

}  // namespace inboxd::http
