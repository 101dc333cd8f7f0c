#include "daemon/visitors/frames.hpp"

#include "schemas/json/fields.hpp"

namespace inboxd::visitors {
namespace {

using json_fields::field;

constexpr Milliseconds typing_lives{6'000};

/// "visitor", "agent" or "bot": what the system says itself looks like a bot's.
std::string_view author_word(const Message& message) {
  if (message.direction == Direction::in) return "visitor";
  switch (message.author.kind) {
    case AuthorKind::contact:
      return "visitor";
    case AuthorKind::agent:
      return "agent";
    case AuthorKind::bot:
    case AuthorKind::system:
      return "bot";
  }
  return "bot";
}

std::string client_msg_id_of(const Message& message) {
  if (message.direction != Direction::in || !message.external_id) return {};
  const auto colon = message.external_id->find(':');
  return colon == std::string::npos ? std::string() : message.external_id->substr(colon + 1);
}

void write_attachment(JsonWriter& writer, const Attachment& attachment, const MediaUrl& media_url) {
  writer.begin_object();
  field(writer, "id", attachment.id);
  field(writer, "name", attachment.name);
  field(writer, "mime", attachment.mime);
  field(writer, "size", attachment.size);
  field(writer, "state", attachment.state);
  writer.key("url");
  if (attachment.state == AttachmentState::ready)
    writer.string(media_url(attachment.id));
  else
    writer.null();
  writer.end_object();
}

/// An object under construction with its `type`.
class Frame {
 public:
  explicit Frame(const char* type) {
    writer.begin_object();
    field(writer, "type", type);
  }
  std::string finish() {
    writer.end_object();
    return std::move(text_);
  }

 private:
  std::string text_;

 public:
  JsonWriter writer{text_};
};

}  // namespace

std::string display_name(const std::string& name) { return name.find('@') == std::string::npos ? name : std::string(); }

void write_visitor_message(JsonWriter& writer, const Message& message, const MediaUrl& media_url) {
  const auto client_msg_id = client_msg_id_of(message);
  const bool gone = message.deleted_at.has_value();
  writer.begin_object();
  field(writer, "id", message.id);
  writer.key("author");
  writer.begin_object();
  field(writer, "kind", author_word(message));
  field(writer, "name", message.author.kind == AuthorKind::agent ? display_name(message.author.name) : std::string());
  writer.end_object();
  field(writer, "kind", message.kind);
  field(writer, "text", gone ? std::string() : message.text);
  writer.key("attachments");
  writer.begin_array();
  if (!gone)
    for (const auto& attachment : message.attachments) write_attachment(writer, attachment, media_url);
  writer.end_array();
  field(writer, "client_msg_id", client_msg_id.empty() ? std::nullopt : std::optional(client_msg_id));
  field(writer, "created_at", message.received_at);
  field(writer, "edited_at", message.edited_at);
  field(writer, "deleted_at", message.deleted_at);
  writer.end_object();
}

std::string message_frame(const Message& message, std::int64_t seq, const MediaUrl& media_url) {
  Frame frame("message");
  field(frame.writer, "conversation", message.conversation);
  field(frame.writer, "seq", seq);
  frame.writer.key("message");
  write_visitor_message(frame.writer, message, media_url);
  return frame.finish();
}

std::string chat_frame(const ChatNews& news) {
  Frame frame("chat");
  field(frame.writer, "conversation", news.conversation);
  field(frame.writer, "reset", news.reset);
  field(frame.writer, "after", news.begin);
  field(frame.writer, "last_seq", news.last_seq);
  field(frame.writer, "read_seq", news.read_seq);
  field(frame.writer, "agent_read_seq", news.agent_read_seq);
  return frame.finish();
}

std::string read_frame(ConversationId conversation, std::int64_t seq) {
  Frame frame("read");
  field(frame.writer, "conversation", conversation);
  field(frame.writer, "seq", seq);
  return frame.finish();
}

std::string typing_frame(const std::string& name, bool on) {
  Frame frame("typing");
  field(frame.writer, "name", display_name(name));
  field(frame.writer, "on", on);
  field(frame.writer, "ttl_ms", on ? typing_lives.count() : 0);
  return frame.finish();
}

void write_said(JsonWriter& writer, const std::string& client_msg_id, const core::Said& said) {
  field(writer, "client_msg_id", client_msg_id);
  field(writer, "id", said.message);
  field(writer, "seq", said.seq);
  field(writer, "conversation", said.conversation);
}

std::string ack_frame(const std::string& client_msg_id, const core::Said& said) {
  Frame frame("ack");
  write_said(frame.writer, client_msg_id, said);
  return frame.finish();
}

std::string error_frame(const std::string& client_msg_id, const Error& error) {
  Frame frame("error");
  field(frame.writer, "client_msg_id", client_msg_id.empty() ? std::nullopt : std::optional(client_msg_id));
  frame.writer.key("error");
  frame.writer.begin_object();
  field(frame.writer, "code", error.code);
  field(frame.writer, "status", http_status(error.code));
  field(frame.writer, "detail", error.detail);
  if (error.retry_after) field(frame.writer, "retry_after_ms", error.retry_after->count());
  frame.writer.end_object();
  return frame.finish();
}

}  // namespace inboxd::visitors
