// A call has a first event (connect) and a last (terminate) with one id, in either order. Both say "this call exists"
// under one dedupe key, and the last one also corrects what the first said; so every order ends in one item that
// tells how the call ended. Called by normalise.cpp and status.cpp.
#include "connectors/whatsapp/calls.hpp"

#include "connectors/whatsapp/identity.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

CallContent ended(const value& call, Direction direction) {
  const auto seconds = std::max<std::int64_t>(0, integer_of(call, "duration"));
  const auto status = text_of(call, "status");
  const bool completed = status == "COMPLETED" || status == "Completed";
  const char* out = direction == Direction::in ? "in" : "out";
  if (completed && seconds > 0) return {out, "ended", seconds};
  if (direction == Direction::in || completed) return {out, "missed", 0};
  return {out, "failed", 0};
}

void add_call(const Envelope& envelope, const std::string& id, Direction direction, InboundIdentity person,
              CallContent content, Timestamp at, Reading& reading) {
  MessageReceived event;
  event.origin = {"m:" + id, envelope.account};
  event.direction = direction;
  event.external_id = id;
  event.thread = std::move(person);
  event.kind = MessageKind::call;
  event.content.detail = std::move(content);
  event.created_at = at;
  event.opens_reply_window = direction == Direction::in;
  reading.add(std::move(event));
}

void correct_call(const Envelope& envelope, const std::string& id, CallContent content, Timestamp at,
                  Reading& reading) {
  MessageEdited event;
  event.origin = {"e:" + id + ":end", envelope.account};
  event.external_id = id;
  event.content.emplace();
  event.content->detail = std::move(content);
  event.edited_at = at;
  reading.add(std::move(event));
}

}  // namespace

void read_call(const Envelope& envelope, const value& call, const std::string& path, Reading& reading) {
  const auto id = text_of(call, "id");
  const auto what = text_of(call, "event");
  if (!is_id(id)) return reading.not_understood(path, "is a call without id");
  if (what != "connect" && what != "terminate") return reading.not_understood(path, "is an unknown event of a call");
  const auto direction = text_of(call, "direction") == "BUSINESS_INITIATED" ? Direction::out : Direction::in;
  const bool in = direction == Direction::in;
  const PersonIds ids{text_of(call, in ? "from" : "to"), text_of(call, in ? "from_user_id" : "to_user_id"),
                      text_of(call, in ? "from_parent_user_id" : "to_parent_user_id")};
  const auto match = array_of(envelope.value, "calls").size() == 1 ? ContactMatch::sole : ContactMatch::by_id;
  auto person = identity_of(ids, envelope.value, match);
  if (!is_id(person.handle)) return reading.not_understood(path, "is a call with nobody");
  const auto at = time_of(call, "timestamp", envelope.sent_at);
  if (what == "connect")
    return add_call(envelope, id, direction, std::move(person), {in ? "in" : "out", "ringing", 0}, at, reading);
  const auto content = ended(call, direction);
  add_call(envelope, id, direction, std::move(person), content, time_of(call, "start_time", at), reading);
  correct_call(envelope, id, content, at, reading);
}

void read_call_status(const Envelope& envelope, const value& status, const std::string& path, Reading& reading) {
  const auto id = text_of(status, "id");
  auto person = identity_of({text_of(status, "recipient_id"), text_of(status, "recipient_user_id"), ""}, envelope.value,
                            ContactMatch::by_id);
  if (!is_id(id) || !is_id(person.handle)) return reading.not_understood(path, "is a call's status without ids");
  const auto at = time_of(status, "timestamp", envelope.sent_at);
  const bool rejected = text_of(status, "status") == "REJECTED";
  const CallContent content{"out", rejected ? "missed" : "ringing", 0};
  add_call(envelope, id, Direction::out, std::move(person), content, at, reading);
  if (rejected) correct_call(envelope, id, content, at, reading);
}

}  // namespace inboxd::connectors::whatsapp
