#include "tests/simulation/client.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/live/snapshot.hpp"

namespace inboxd::simulation {
namespace {

using boost::json::object;
using boost::json::serialize;

constexpr std::int64_t auth_id = 1;
constexpr std::int64_t subscribe_id = 2;

std::string text_in(const object& frame, std::string_view name) {
  const auto* value = frame.if_contains(boost::json::string_view(name.data(), name.size()));
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

Cursor cursor_in(const object& frame, std::string_view name) {
  const auto cursor = parse_cursor(text_in(frame, name));
  if (!cursor) throw Broken("a frame has no " + std::string(name) + ": " + serialize(frame));
  return *cursor;
}

bool wants_work(const object& conversation) {
  const auto status = text_in(conversation, "status");
  return status == "open" || status == "pending" || status == "snoozed";
}

}  // namespace

void Client::connect(Life& life) {
  line_ = Line{};
  live_ = false;
  session_ = std::make_unique<http::StreamSession>(life.stream, line_);
  session_->on_text(R"({"type":"auth","id":1,"token":"token-)" + agent_ + "\"}");
  subscribe();
}

void Client::subscribe() {
  std::string frame = R"({"type":"subscribe","id":2)";
  if (cursor_) frame += R"(,"since":")" + to_string(Cursor{epoch_, *cursor_}) + '"';
  coming_ = Picture{};
  session_->on_text(frame + '}');
}

void Client::drop() {
  if (!session_) return;
  session_->on_closed();
  session_.reset();
  // What the kernel had taken and nobody read is lost with the connection.
  line_ = Line{};
  live_ = false;
  for (auto& [id, intent] : asked_) unanswered_.push_back(std::move(intent));
  asked_.clear();
}

void Client::set_pace(Pace pace) {
  if (!session_) return;
  line_.stalled = pace == Pace::stalled;
  if (!line_.stalled) session_->on_drained();
}

void Client::read(std::size_t most) {
  for (; most > 0 && session_ && !line_.frames.empty(); --most) {
    const auto text = std::move(line_.frames.front());
    line_.frames.pop_front();
    take(boost::json::parse(text).as_object());
  }
  if (session_ && line_.frames.empty() && line_.closed_with != 0) drop();
}

void Client::take(const object& frame) {
  const auto type = text_in(frame, "type");
  if (type == "ok") return take_answer(frame, true);
  if (type == "error") return take_answer(frame, false);
  if (type == "snapshot") return take_snapshot(frame);
  if (type == "event") return take_event(frame);
  if (type == "ping") return session_->on_text(R"({"type":"pong"})");
  if (type == "live" || type == "mark") {
    const auto cursor = cursor_in(frame, "cursor");
    if (!cursor_ || cursor.sequence < *cursor_) broken("a cursor went back: " + serialize(frame));
    move_to(cursor.sequence + 1, cursor.sequence);
    if (type == "live") live_ = true;
  }
}

void Client::take_answer(const object& frame, bool fine) {
  const auto* number = frame.if_contains("id");
  const std::int64_t id = number != nullptr && number->is_int64() ? number->get_int64() : 0;
  const auto code = fine ? std::string() : text_in(frame.at("error").as_object(), "code");
  if (id == auth_id) {
    if (!fine && code == "unauthenticated") broken("its token is not known");
    return;
  }
  if (id == subscribe_id) {
    if (!fine) refused_subscription(code);
    return;
  }
  const auto found = asked_.extract(id);
  if (found.empty()) broken("an answer to nothing: " + serialize(frame));
  const auto& intent = found.mapped();
  world_.journal.note(agent_ + ": " + intent.name + ' ' + intent.key + (fine ? " ok" : " " + code));
  if (intent.reply.empty()) return;
  auto& reply = *world_.truth.reply_of(intent.reply + ".");
  (fine ? reply.promised : reply.refused) = true;
  if (!fine && (code == "storage_unavailable" || code == "rate_limited" || code == "draining")) {
    reply.refused = false;  // it may be asked again
    unanswered_.push_back(intent);
  }
}

void Client::refused_subscription(const std::string& code) {
  world_.journal.note(agent_ + ": subscription refused: " + code);
  if (code == "storage_unavailable") {
    line_.closed_with = 1000;  // it connects again
    return;
  }
  if (code != "resync_required" || !cursor_) broken("subscription refused: " + code);
  cursor_.reset();
  subscribe();
}

void Client::add_snapshot(const object& frame, Picture& picture) {
  for (const auto& one : frame.at("conversations").as_array())
    picture.conversations[text_in(one.as_object(), "id")] = serialize(one);
  for (const auto& one : frame.at("inboxes").as_array())
    picture.inboxes[text_in(one.as_object(), "name")] = serialize(one);
}

void Client::take_snapshot(const object& frame) {
  add_snapshot(frame, coming_);
  if (!frame.at("last").as_bool()) return;
  const auto cursor = cursor_in(frame, "cursor");
  cursor_ = cursor.sequence;
  epoch_ = cursor.epoch;
  picture_ = std::move(coming_);
  coming_ = Picture{};
  inboxes_.clear();
  for (const auto& [name, text] : picture_.inboxes) inboxes_.insert(name);
}

/// Everything between the last cursor and this one was not for it; `until` is where it stands now.
void Client::move_to(std::int64_t position, std::int64_t until) {
  for (auto sequence = *cursor_ + 1; sequence < position; ++sequence)
    if (world_.mirror.sight(sequence, inboxes_) == Mirror::Sight::yes)
      broken("event " + std::to_string(sequence) + " never came");
  cursor_ = until;
}

void Client::take_event(const object& frame) {
  const auto cursor = cursor_in(frame, "cursor");
  if (!cursor_) broken("an event without a snapshot");
  if (cursor_in(frame, "previous") != Cursor{epoch_, *cursor_})
    broken("after " + std::to_string(*cursor_) + " came " + serialize(frame).substr(0, 160));
  if (cursor.sequence <= *cursor_) broken("event " + std::to_string(cursor.sequence) + " came twice");
  move_to(cursor.sequence, cursor.sequence);
  if (world_.mirror.sight(cursor.sequence, inboxes_) == Mirror::Sight::no)
    broken("event " + std::to_string(cursor.sequence) + " is not for it");
  const auto name = text_in(frame, "event");
  if (name != enum_name(world_.mirror.at(cursor.sequence).type))
    broken("event " + std::to_string(cursor.sequence) + " is told as " + name);
  const auto& told = frame.at("data").as_object();
  if (name.starts_with("conversation.")) {
    if (wants_work(told)) {
      picture_.conversations[text_in(told, "id")] = serialize(told);
    } else {
      picture_.conversations.erase(text_in(told, "id"));
    }
  }
  if (name == "inbox.health") picture_.inboxes[text_in(told, "name")] = serialize(told);
}

void Client::command(Intent intent) {
  const auto id = next_id_++;
  const object frame{
      {"type", "command"}, {"id", id}, {"key", intent.key}, {"name", intent.name}, {"args", intent.arguments}};
  world_.journal.note(agent_ + ": asks " + intent.name + ' ' + intent.key + ' ' +
                      serialize(intent.arguments).substr(0, 120));
  asked_.emplace(id, std::move(intent));
  session_->on_text(serialize(frame));
}

void Client::repeat_unanswered() {
  if (!session_ || unanswered_.empty()) return;
  auto intents = std::move(unanswered_);
  unanswered_.clear();
  for (auto& intent : intents) command(std::move(intent));
}

void Client::compare(Life& life) const {
  if (!live_ || !cursor_) broken("it does not follow although all is quiet");
  for (auto sequence = *cursor_ + 1; sequence <= world_.mirror.head(); ++sequence)
    if (world_.mirror.sight(sequence, inboxes_) == Mirror::Sight::yes)
      broken("all is quiet and event " + std::to_string(sequence) + " never came");
  Picture now;
  life.look_at_store([&](const command_bus::ReadSources& sources) {
    const auto viewer = sources.tables.agents().find_by_email(agent_ + "@example.com");
    for (const auto& frame : live::take_snapshot(sources, *life.channels(), epoch_, "x", live::Filter(*viewer)).frames)
      add_snapshot(boost::json::parse(frame).as_object(), now);
  });
  const auto same = [this](const auto& theirs, const auto& ours, const char* what) {
    for (const auto& [id, text] : theirs)
      if (const auto found = ours.find(id); found == ours.end() || found->second != text)
        broken(std::string(what) + ' ' + id + " is " + text + " in a snapshot, and by snapshot and events " +
               (found == ours.end() ? "missing" : found->second));
    if (theirs.size() != ours.size()) broken(std::string(what) + ": events left some that no snapshot has");
  };
  same(now.conversations, picture_.conversations, "conversation");
  same(now.inboxes, picture_.inboxes, "inbox");
}

}  // namespace inboxd::simulation
