#include "daemon/http/api/error_frame.hpp"

#include "schemas/json/writer.hpp"

namespace inboxd::http {
namespace {

template <class IdType>
std::string named(std::string_view name, std::int64_t id) {
  return '"' + std::string(name) + R"(":")" + to_string(IdType{id}) + '"';
}

std::string object_field(const core::Outcome& outcome) {
  switch (outcome.kind) {
    case core::ObjectKind::conversation:
      return named<ConversationId>("conversation", outcome.id);
    case core::ObjectKind::message:
      return named<MessageId>("message", outcome.id);
    case core::ObjectKind::contact:
      return named<ContactId>("contact", outcome.id);
    case core::ObjectKind::agent:
      return named<AgentId>("agent", outcome.id);
    case core::ObjectKind::attachment:
      return named<AttachmentId>("attachment", outcome.id);
    case core::ObjectKind::outbox:
      return named<OutboxId>("outbox", outcome.id);
    case core::ObjectKind::inbox:
      return named<InboxId>("inbox", outcome.id);
  }
  return "\"id\":null";
}

}  // namespace

std::string_view retry_word(ErrorCode code) {
  switch (code) {
    case ErrorCode::internal:
      return "now";
    case ErrorCode::rate_limited:
    case ErrorCode::channel_unavailable:
    case ErrorCode::storage_unavailable:
    case ErrorCode::draining:
      return "after";
    case ErrorCode::bad_request:
    case ErrorCode::unauthenticated:
    case ErrorCode::conflict:
    case ErrorCode::conversation_moved:
    case ErrorCode::idempotency_mismatch:
    case ErrorCode::resync_required:
    case ErrorCode::epoch_changed:
    case ErrorCode::payload_too_large:
    case ErrorCode::window_closed:
      return "after_fix";
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
      return "never";
  }
  return "never";
}

std::string error_frame(const std::string& id, const Error& error) {
  constexpr Milliseconds default_wait{1'000};
  std::string frame = R"({"type":"error","id":)" + id + R"(,"error":)";
  JsonWriter writer(frame);
  writer.begin_object();
  writer.key("code");
  writer.word(error.code);
  writer.key("status");
  writer.number(http_status(error.code));
  writer.key("detail");
  writer.string(error.detail);
  writer.key("retry");
  writer.string(retry_word(error.code));
  if (retry_word(error.code) == "after") {
    writer.key("retry_after_ms");
    writer.number(error.retry_after.value_or(default_wait).count());
  }
  writer.end_object();
  return frame + '}';
}

std::string outcome_data(const core::Outcome& outcome, Sends sends, const live::Hub& hub) {
  std::string data = '{' + object_field(outcome);
  if (sends == Sends::reply) data += R"(,"delivery":"queued")";
  if (sends == Sends::note) data += R"(,"delivery":null)";
  const auto sequence = outcome.sequence > 0 ? outcome.sequence : hub.head();
  return data + R"(,"cursor":")" + to_string(Cursor{hub.epoch(), sequence}) + "\"}";
}

}  // namespace inboxd::http
