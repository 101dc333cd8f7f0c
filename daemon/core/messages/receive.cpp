#include "daemon/core/messages/receive.hpp"

#include "connectors/sdk/signature.hpp"
#include "daemon/core/messages/inbound_changes.hpp"
#include "daemon/core/messages/inbound_message.hpp"
#include "daemon/core/messages/receipts.hpp"

namespace inboxd::core {
namespace {

using storage::KeyLife;

/// Stores the raw original when the first new event asks for it: a pure repetition leaves nothing.
class LazyOriginal final : public OriginalSource {
 public:
  LazyOriginal(Context& context, const ProviderRequest& request) : context_(context), request_(request) {}

  RawOriginalId id() override {
    if (!id_)
      id_ = context_.tables.originals().insert({{},
                                                request_.inbox,
                                                request_.raw_mime,
                                                request_.raw,
                                                context_.now,
                                                request_.raw_blob ? request_.raw_blob->hash : std::string()});
    return *id_;
  }

 private:
  Context& context_;
  const ProviderRequest& request_;
  std::optional<RawOriginalId> id_;
};

/// The inbox that an event is for: the receiving one, or another configured inbox of the same channel and account.
std::optional<Inbox> inbox_of(const storage::Tables& tables, const Inbox& receiving, const std::string& account) {
  if (account.empty() || receiving.account.empty() || account == receiving.account) return receiving;
  for (const auto& inbox : tables.inboxes().list())
    if (inbox.connector == receiving.connector && inbox.account == account && !inbox.removed) return inbox;
  return std::nullopt;
}

void quarantine(Context& context, InboxId inbox, OriginalSource& original, std::string code, std::string detail) {
  context.tables.originals().insert_quarantine(
      {{}, inbox, original.id(), std::move(code), std::move(detail), context.now});
}

/// The same bytes again are a repetition: a provider that retries does not fill the quarantine.
void quarantine_malformed(Context& context, const ProviderRequest& request, OriginalSource& original,
                          Received& received) {
  const auto key = "malformed:" + connectors::hmac_sha256_hex(request.inbound.malformed,
                                                              request.raw_blob ? request.raw_blob->hash : request.raw);
  if (!context.tables.originals().mark_seen(request.inbox, key, context.now, KeyLife::passing)) {
    ++received.repeated;
    return;
  }
  quarantine(context, request.inbox, original, "malformed", request.inbound.malformed);
  ++received.quarantined;
}

bool is_noted(const MessageReceived& event) {
  const auto* email = std::get_if<EmailContent>(&event.content.detail);
  return email != nullptr && !email->notes.empty();
}

struct Apply {
  Context& context;
  const ChannelDirectory& channels;
  const Inbox& inbox;
  OriginalSource& original;
  Received& received;
  const History* history;

  void operator()(const MessageReceived& event) const {
    const auto message = receive_message(context, channels, inbox, event, original, history);
    if (message) ++received.messages;
    // Somebody here sent it by this program: its copy in the mailbox is no second message.
    if (!message) return void(++received.repeated);
    if (is_noted(event)) ++received.noted;
    const auto changed = receive_parked_changes(context, inbox, event.external_id);
    if (changed || !event.attachments.empty()) received.with_attachments.push_back(*message);
  }
  void operator()(const MessageEdited& event) const {
    if (const auto message = receive_edit(context, inbox, event, original))
      received.with_attachments.push_back(*message);
  }
  void operator()(const MessageDeleted& event) const { receive_deletion(context, inbox, event, original); }
  void operator()(const ReactionChanged& event) const { receive_reaction(context, inbox, event, original); }
  void operator()(const DeliveryReported& event) const { receive_receipt(context, inbox, event); }
  void operator()(const IdentityChanged& event) const {
    // What was so then says nothing of now.
    if (history != nullptr) return;
    receive_identity_change(context, channels, inbox, event, original);
  }
  void operator()(const AccountNotice& event) const { receive_account_notice(context, inbox, event, original); }
  void operator()(const TypingReported&) const {}
};

KeyLife life_of(const InboundEvent& event) {
  return std::holds_alternative<MessageReceived>(event) ? KeyLife::lasting : KeyLife::passing;
}

void receive_event(Context& context, const ChannelDirectory& channels, const Inbox& receiving,
                   const InboundEvent& event, OriginalSource& original, Received& received, const History* history) {
  const auto& origin = origin_of(event);
  if (std::holds_alternative<TypingReported>(event)) return;  // never stored: ingest tells the stream
  const auto inbox = inbox_of(context.tables, receiving, origin.account);
  if (!inbox) {
    if (!context.tables.originals().mark_seen(receiving.id, origin.account + '|' + origin.dedupe_key, context.now,
                                              KeyLife::passing)) {
      ++received.repeated;
      return;
    }
    quarantine(context, receiving.id, original, "unknown_account",
               "it is for the account " + origin.account + ", which no inbox is configured for");
    ++received.quarantined;
    return;
  }
  if (!context.tables.originals().mark_seen(inbox->id, origin.dedupe_key, context.now, life_of(event))) {
    ++received.repeated;
    return;
  }
  ++received.stored;
  std::visit(Apply{context, channels, *inbox, original, received, history}, event);
}

void count(Context& context, const ProviderRequest& request, const Received& received) {
  auto& inboxes = context.tables.inboxes();
  auto tally = tally_from_text(inboxes.stream_state(request.inbox, request.history->tally));
  if (received.noted + received.quarantined > 0)
    ++tally.unreadable;
  else if (received.messages > 0 || received.repeated == 0)
    ++tally.imported;
  else
    ++tally.repeated;
  inboxes.set_stream_state(request.inbox, request.history->tally, to_text(tally));
}

}  // namespace

Result<Received> receive(Context& context, const ChannelDirectory& channels, const ProviderRequest& request) {
  const auto receiving = context.tables.inboxes().find(request.inbox);
  if (!receiving) return not_found("there is no inbox " + to_string(request.inbox));

  Received received;
  LazyOriginal original(context, request);
  const History* history = request.history ? &*request.history : nullptr;
  for (const auto& event : request.inbound.events)
    receive_event(context, channels, *receiving, event, original, received, history);
  if (!request.inbound.malformed.empty()) quarantine_malformed(context, request, original, received);
  if (request.connector_state) context.tables.inboxes().set_connector_state(request.inbox, *request.connector_state);
  if (request.stream_state)
    context.tables.inboxes().set_stream_state(request.inbox, request.stream_state->stream, request.stream_state->state);
  if (history != nullptr) count(context, request, received);
  return received;
}

}  // namespace inboxd::core
