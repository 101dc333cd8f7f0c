// Each change of an attachment raises its message's version and is announced as message.updated.
#include "daemon/core/messages/media.hpp"

#include <algorithm>

namespace inboxd::core {
namespace {

std::optional<storage::AttachmentRow> pending(const Context& context, AttachmentId id) {
  auto row = context.tables.attachments().find(id);
  if (!row || row->attachment.state != AttachmentState::pending) return std::nullopt;
  return row;
}

void store(Context& context, const storage::AttachmentRow& row) {
  context.tables.attachments().update(row);
  if (!row.message) return;
  auto message = context.tables.messages().find(*row.message);
  if (!message) return;
  ++message->version;
  context.tables.messages().update(*message);
  record(context, *message, EventType::message_updated);
}

Milliseconds backoff(int attempts) {
  auto delay = first_media_backoff;
  for (int i = 1; i < attempts && delay < longest_media_backoff; ++i) delay *= 2;
  return std::min(delay, longest_media_backoff);
}

void fail(Context& context, storage::AttachmentRow row, const std::string& why) {
  row.attachment.state = AttachmentState::failed;
  row.next_attempt_at.reset();
  row.failure = why;
  store(context, row);
}

}  // namespace

void media_ready(Context& context, AttachmentId id, const FetchedMedia& fetched) {
  auto row = pending(context, id);
  if (!row) return;
  row->attachment.state = AttachmentState::ready;
  row->attachment.size = fetched.blob.size;
  if (!fetched.mime.empty()) row->attachment.mime = fetched.mime;
  if (!fetched.name.empty()) row->attachment.name = fetched.name;
  row->blob_hash = fetched.blob.hash;
  row->next_attempt_at.reset();
  row->failure.clear();
  store(context, *row);
}

void media_failed(Context& context, AttachmentId id, const std::string& why) {
  if (auto row = pending(context, id)) fail(context, std::move(*row), why);
}

void media_retry(Context& context, AttachmentId id, Milliseconds delay, const std::string& why) {
  auto row = pending(context, id);
  if (!row) return;
  ++row->attempts;
  if (row->attempts >= media_attempts_max || context.now - row->created_at >= media_gives_up_after)
    return fail(context, std::move(*row), "it could not be fetched from the provider; last: " + why);
  row->next_attempt_at = context.now + std::max(delay, backoff(row->attempts));
  row->failure = why;
  context.tables.attachments().update(*row);
}

void media_postpone(Context& context, AttachmentId id, Milliseconds delay) {
  auto row = pending(context, id);
  if (!row) return;
  row->next_attempt_at = context.now + delay;
  context.tables.attachments().update(*row);
}

int bring_media_forward(Context& context, Milliseconds set_back) {
  const Milliseconds pause_max = set_back.count() > 0 ? Milliseconds{0} : longest_media_pause;
  int brought = 0;
  for (auto& row : context.tables.attachments().due(Timestamp::max(), bring_media_forward_max)) {
    const auto due = row.next_attempt_at.value_or(row.created_at);
    if (due <= context.now + pause_max) continue;
    row.next_attempt_at = set_back.count() > 0 ? std::max(context.now, due - set_back) : context.now;
    context.tables.attachments().update(row);
    ++brought;
  }
  return brought;
}

}  // namespace inboxd::core
