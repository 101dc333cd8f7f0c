#include "daemon/live/search_feed.hpp"

#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace inboxd::live {
namespace {

constexpr int batch_events_max = 2'000;
constexpr std::size_t batch_bytes_max = 4U << 20U;
/// Messages of a busy moment are indexed together: a commit each would cost more than the words. A search misses what
/// is younger.
constexpr std::chrono::milliseconds gathering{50};

struct Batch {
  std::vector<storage::SearchDocument> documents;
  std::int64_t scanned_to = 0;
  bool beyond_head = false;
};

storage::SearchDocument message_document(const storage::Tables& tables, MessageId id) {
  storage::SearchDocument document;
  document.message = id;
  const auto message = tables.messages().find(id);
  if (!message || message->deleted_at) return document;
  document.conversation = message->conversation;
  document.inbox = message->inbox;
  document.text = message->text;
  for (const auto& attachment : message->attachments) document.text += ' ' + attachment.name;
  return document;
}

storage::SearchDocument subject_document(const storage::Tables& tables, ConversationId id) {
  storage::SearchDocument document;
  document.conversation = id;
  const auto conversation = tables.conversations().find(id);
  if (!conversation) return document;
  document.inbox = conversation->inbox;
  document.text = conversation->subject;
  return document;
}

/// Most updates are of ordinary messages, which leave the subject alone.
bool has_new_subject(const Event& event) {
  return event.type == EventType::conversation_created ||
         (event.type == EventType::conversation_updated && event.changes.find("\"subject\"") != std::string::npos);
}

Batch read_batch(const storage::Tables& tables, std::int64_t after) {
  Batch batch;
  batch.scanned_to = after;
  batch.beyond_head = after > tables.events().head();
  if (batch.beyond_head) return batch;
  std::size_t bytes = 0;
  for (const auto& event : tables.events().after(after, batch_events_max)) {
    if (bytes >= batch_bytes_max) break;
    batch.scanned_to = event.sequence;
    const auto known = batch.documents.size();
    if (event.type == EventType::message_created || event.type == EventType::message_updated)
      batch.documents.push_back(message_document(tables, MessageId{event.object}));
    if (has_new_subject(event)) batch.documents.push_back(subject_document(tables, ConversationId{event.object}));
    for (auto i = known; i < batch.documents.size(); ++i) bytes += batch.documents[i].text.size();
  }
  return batch;
}

}  // namespace

SearchFeed::SearchFeed(Surroundings surroundings) : with_(std::move(surroundings)) {
  thread_ = std::thread([this] { run(); });
}

SearchFeed::~SearchFeed() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  woken_.notify_one();
  thread_.join();
}

void SearchFeed::wake() {
  const std::lock_guard lock(mutex_);
  pending_ = true;
  woken_.notify_one();
}

bool SearchFeed::ending() {
  const std::lock_guard lock(mutex_);
  return ending_;
}

void SearchFeed::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      woken_.wait(lock, [this] { return pending_ || ending_; });
      woken_.wait_for(lock, gathering, [this] { return ending_; });
      if (ending_) return;
      pending_ = false;
    }
    try {
      while (!ending() && follow_once()) {
      }
    } catch (const std::exception& failure) {
      with_.failed(failure.what());
    }
  }
}

bool SearchFeed::follow_once() {
  auto cursor = with_.writer->cursor();
  if (cursor.epoch != with_.epoch) {
    with_.writer->reset();
    cursor = {with_.epoch, 0};
  }
  Batch batch;
  with_.reader->read([&](const storage::Tables& tables) { batch = read_batch(tables, cursor.sequence); });
  if (batch.beyond_head) {
    with_.writer->reset();
    with_.writer->apply({}, {with_.epoch, 0});
    return true;
  }
  if (batch.scanned_to == cursor.sequence) return false;
  with_.writer->apply(batch.documents, {with_.epoch, batch.scanned_to});
  return true;
}

}  // namespace inboxd::live
