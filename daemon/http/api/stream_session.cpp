#include "daemon/http/api/stream_session.hpp"

#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>

#include "daemon/core/conversations/change.hpp"
#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/error_frame.hpp"
#include "daemon/live/snapshot.hpp"

namespace inboxd::http {
namespace {

constexpr std::size_t id_text_max = 64;  // bytes of a client's own id
/// Answers wait for a slow client as well; one that asks on and reads nothing is cut off here.
constexpr std::size_t answers_unsent_max = 4U << 20U;
constexpr Milliseconds store_pause{1'000};  // for a client that could not be looked up

/// The client's `id` as JSON, to be given back as it came: a number or a short text.
std::string echo_of(const boost::json::object& frame) {
  const auto* id = frame.if_contains("id");
  if (id == nullptr) return "null";
  if (id->is_int64() || id->is_uint64()) return boost::json::serialize(*id);
  const auto* text = id->if_string();
  return text != nullptr && text->size() <= id_text_max ? boost::json::serialize(*id) : "null";
}

Sends sends_of(const std::string& command, const boost::json::object& fields) {
  if (command != "message.send") return Sends::nothing;
  return Arguments(fields).flag("note") ? Sends::note : Sends::reply;
}

}  // namespace

StreamSession::StreamSession(const StreamSurroundings& surroundings, LiveConnection& connection)
    : surroundings_(surroundings),
      connection_(connection),
      opened_at_(surroundings.clock.steady_now()),
      heard_at_(opened_at_),
      pinged_at_(opened_at_),
      progressed_at_(opened_at_) {
  const auto& limits = surroundings_.limits;
  send_frame(R"({"type":"hello","protocol":1,"server":"inboxd )" INBOXD_VERSION R"(","heartbeat_ms":)" +
             std::to_string(limits.heartbeat.count()) + R"(,"auth_ms":)" + std::to_string(limits.auth.count()) +
             R"(,"max_frame":)" + std::to_string(limits.frame_max) + '}');
  schedule_tick();
  surroundings_.room.enter(*this);
}

StreamSession::~StreamSession() { *alive_ = false; }

void StreamSession::send_frame(std::string_view frame) { connection_.send(frame, {}); }

bool StreamSession::follows(InboxId inbox) const {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [inbox](const auto& entry) { return entry.second->filter().sees({inbox}); });
}

void StreamSession::send_ephemeral(std::string_view frame) {
  if (connection_.unsent() < live::unsent_max) send_frame(frame);
}

void StreamSession::on_closed() {
  *alive_ = false;
  tick_.reset();
  subscriptions_.clear();
  surroundings_.room.leave(*this);
  if (surroundings_.closed) surroundings_.closed(connection_.close_code());
}

void StreamSession::end(std::uint16_t code, std::string_view reason, std::optional<Milliseconds> retry_in) {
  if (ending_) return;
  ending_ = true;
  subscriptions_.clear();
  send_frame(R"({"type":"bye","code":)" + std::to_string(code) +
             (retry_in ? R"(,"retry_in_ms":)" + std::to_string(retry_in->count()) : std::string()) + '}');
  connection_.close(code, reason);
}

void StreamSession::on_drained() {
  for (const auto& [name, subscription] : subscriptions_) subscription->resume();
}

void StreamSession::schedule_tick() {
  tick_ = surroundings_.clock.after(surroundings_.limits.tick, [this] { tick(); });
}

void StreamSession::tick() {
  const auto now = surroundings_.clock.steady_now();
  const auto& limits = surroundings_.limits;
  if (connection_.written() != written_ || connection_.unsent() == 0) progressed_at_ = now;
  written_ = connection_.written();
  if (!agent_ && now - opened_at_ >= limits.auth) return end(4401, "unauthenticated", std::nullopt);
  if (now - progressed_at_ >= limits.slow) return end(4001, "slow", std::nullopt);
  if (now - heard_at_ >= 2 * limits.heartbeat + limits.tick) return end(4002, "heartbeat", std::nullopt);
  if (agent_ && now - pinged_at_ >= limits.heartbeat) {
    pinged_at_ = now;
    send_frame(R"({"type":"ping"})");
    for (const auto& [name, subscription] : subscriptions_) subscription->mark();
  }
  schedule_tick();
}

void StreamSession::on_text(std::string_view text) {
  if (ending_) return;
  on_alive();
  read_frame(text);
}

void StreamSession::read_frame(std::string_view text) {
  if (connection_.unsent() >= answers_unsent_max) return end(4001, "slow", std::nullopt);
  const auto frame = parse_object(text);
  const auto* type = frame ? frame->if_contains("type") : nullptr;
  if (type == nullptr || !type->is_string()) return end(4400, "bad frame", std::nullopt);
  const std::string name(type->get_string());
  if (must_wait(name) && pipelined_.size() < surroundings_.limits.pipelined_max) {
    pipelined_.emplace_back(text);
    return;
  }
  dispatch(name, *frame, echo_of(*frame));
}

/// What a client sends right behind its auth is read once that is answered, in order.
bool StreamSession::must_wait(const std::string& type) const {
  return authenticating_ && type != "auth" && type != "ping" && type != "pong";
}

void StreamSession::dispatch(const std::string& type, const boost::json::object& frame, const std::string& id) {
  if (type == "pong") return;
  if (type == "ping") return send_frame(R"({"type":"pong"})");
  if (type == "auth") return authenticate(frame, id);
  if (!agent_) return end(4401, "unauthenticated", std::nullopt);
  if (type == "subscribe") return subscribe(frame, id);
  if (type == "unsubscribe") return unsubscribe(frame, id);
  if (type == "command") return run_command(frame, id);
  if (type == "typing" || type == "viewing") return tell_others(type, frame);
  if (type == "presence") return set_presence(frame);
  error(id, bad_request("there is no frame type \"" + type.substr(0, 64) + '"'));
}

void StreamSession::ok(const std::string& id, std::string_view data) {
  send_frame(R"({"type":"ok","id":)" + id + R"(,"data":)" + std::string(data) + '}');
}

void StreamSession::error(const std::string& id, const Error& refusal) { send_frame(error_frame(id, refusal)); }

void StreamSession::authenticate(const boost::json::object& frame, const std::string& id) {
  if (agent_ || authenticating_) return error(id, bad_request("this connection is authenticated already"));
  Arguments arguments(frame);
  token_hash_ = hash_token(arguments.text("token"));
  authenticating_ = true;
  struct Entry {
    Agent agent;
    std::int64_t head = 0;
    std::int64_t oldest = 0;
  };
  surroundings_.api.readers.read<Entry>(
      [hash = token_hash_](const command_bus::ReadSources& sources) -> Result<Entry> {
        const auto agent = agent_of_token(sources.tables, hash);
        if (!agent) return agent.error();
        return Entry{*agent, sources.tables.events().head(), sources.tables.events().oldest()};
      },
      [this, alive = alive_, id](Result<Entry> entry) {
        if (!*alive || ending_) return;
        authenticating_ = false;
        if (!entry) {
          error(id, entry.error());
          if (entry.error().code == ErrorCode::unauthenticated) return end(4401, "unauthenticated", std::nullopt);
          return end(4000, "try again", entry.error().retry_after.value_or(store_pause));
        }
        const auto& epoch = surroundings_.api.hub.epoch();
        const auto& agent = entry->agent;
        ok(id, R"({"agent":")" + to_string(agent.id) + R"(","role":")" + std::string(enum_name(agent.role)) +
                   R"(","epoch":")" + epoch + R"(","head":")" + to_string(Cursor{epoch, entry->head}) +
                   R"(","oldest":")" + to_string(Cursor{epoch, entry->oldest}) + "\"}");
        enter(agent);
      });
}

void StreamSession::enter(const Agent& agent) {
  agent_ = agent;
  surroundings_.room.join(*this);
  for (const auto& text : std::exchange(pipelined_, {}))
    if (!ending_) read_frame(text);
}

void StreamSession::unsubscribe(const boost::json::object& frame, const std::string& id) {
  Arguments arguments(frame);
  const auto name = arguments.text("subscription");
  if (auto fine = arguments.outcome(); !fine) return error(id, fine.error());
  if (subscriptions_.erase(name) == 0) return error(id, not_found("there is no such subscription on this connection"));
  ok(id, "{}");
}

void StreamSession::run_command(const boost::json::object& frame, const std::string& id) {
  if (commands_under_way_ >= surroundings_.limits.commands_max)
    return error(id, {ErrorCode::rate_limited, "too many commands under way on this connection", Milliseconds{500}});
  Arguments arguments(frame);
  const auto key = arguments.text("key");
  const auto name = arguments.text("name");
  if (auto fine = arguments.outcome(); !fine) return error(id, fine.error());
  if (key.empty()) return error(id, bad_request("`key` takes a text that is new for each new command"));
  const auto* args = frame.if_contains("args");
  static const boost::json::object none;
  if (args != nullptr && !args->is_object()) return error(id, bad_request("`args` takes an object"));
  const auto& fields = args != nullptr ? args->get_object() : none;
  auto parsed = parse_command(name, fields, surroundings_.api.for_commands());
  if (!parsed) return error(id, parsed.error());
  ++commands_under_way_;
  submit_command(surroundings_.api, token_hash_, key, std::move(parsed).value(),
                 [this, alive = alive_, id, name, sends = sends_of(name, fields)](Result<core::Outcome> outcome) {
                   if (!*alive) return;
                   --commands_under_way_;
                   if (!outcome) return error(id, outcome.error());
                   if (name == "conversation.read" && outcome->sequence > 0)
                     surroundings_.api.tell_read(ConversationId{outcome->id});
                   ok(id, outcome_data(*outcome, sends, surroundings_.api.hub));
                 });
}

bool StreamSession::take_ephemeral_turn() {
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(surroundings_.clock.steady_now());
  if (second != ephemeral_second_) {
    ephemeral_second_ = second;
    ephemeral_count_ = 0;
  }
  return ++ephemeral_count_ <= surroundings_.limits.ephemeral_per_second_max;
}

void StreamSession::tell_others(const std::string& type, const boost::json::object& frame) {
  if (!take_ephemeral_turn()) return;
  Arguments arguments(frame);
  const auto id = arguments.optional_id<ConversationId>("conversation");
  if (!id) return;  // viewing nothing any more: the time to live says the same
  const bool on = !arguments.has("on") || arguments.flag("on");
  surroundings_.api.readers.read<InboxId>(
      [id = *id, hash = token_hash_](const command_bus::ReadSources& sources) -> Result<InboxId> {
        const auto agent = agent_of_token(sources.tables, hash);
        if (!agent) return agent.error();
        const auto conversation = core::visible_conversation(sources.tables, *agent, id);
        if (!conversation) return conversation.error();
        return conversation->inbox;
      },
      [this, alive = alive_, type, id = *id, on](Result<InboxId> inbox) {
        if (!*alive || ending_ || !inbox) return;
        surroundings_.room.pass_on({type,
                                    id,
                                    *inbox,
                                    {ActorKind::agent, agent_->id.value},
                                    on,
                                    type == "typing" ? typing_lives : viewing_lives},
                                   this);
        if (type == "typing") surroundings_.tell_typing(id, *agent_, on);
      });
}

void StreamSession::set_presence(const boost::json::object& frame) {
  if (!take_ephemeral_turn()) return;
  Arguments arguments(frame);
  const auto state = arguments.text("state");
  if (state == "online") surroundings_.room.set_presence(*this, PresenceState::online);
  if (state == "away") surroundings_.room.set_presence(*this, PresenceState::away);
}

}  // namespace inboxd::http
