// Runs after the provider was answered: nothing here is waited for.
#include "daemon/ingest/follow_up.hpp"

#include <algorithm>

namespace inboxd::ingest {
namespace {

/// The inbox of the same channel that the account belongs to; the receiving one where the event names none.
InboxId inbox_of(const storage::Tables& tables, const ConfiguredChannel& receiving, const std::string& account) {
  if (account.empty()) return receiving.inbox;
  for (const auto& inbox : tables.inboxes().list())
    if (inbox.connector == receiving.connector_name && inbox.account == account && !inbox.removed) return inbox.id;
  return receiving.inbox;
}

std::optional<CustomerTyping> find_typing(const storage::Tables& tables, const ConfiguredChannel& channel,
                                          const TypingReported& event) {
  const auto inbox = inbox_of(tables, channel, event.origin.account);
  const auto identity = tables.contacts().find_identity(inbox, event.thread.handle);
  if (!identity) return std::nullopt;
  const auto conversation = tables.conversations().newest_of(identity->id);
  if (!conversation) return std::nullopt;
  return CustomerTyping{inbox, conversation->id, identity->contact, event.on};
}

}  // namespace

void FollowUp::committed(const ConfiguredChannel& channel, const Inbound& inbound, const core::Received& received) {
  with_.observer.received(channel.name, received, received.stored > 0 ? lag_of(inbound) : std::nullopt);
  if (!received.with_attachments.empty() && with_.wake_media) with_.wake_media();
  for (const auto& event : inbound.events)
    if (const auto* typing = std::get_if<TypingReported>(&event)) show_typing(channel, *typing);
  // A repetition was acknowledged when it came first.
  if (received.stored == 0) return;
  for (const auto& acknowledgement : inbound.acknowledgements) acknowledge(channel, acknowledgement);
}

std::optional<Milliseconds> FollowUp::lag_of(const Inbound& inbound) const {
  std::optional<Timestamp> newest;
  for (const auto& event : inbound.events)
    if (const auto* message = std::get_if<MessageReceived>(&event))
      newest = std::max(newest.value_or(message->created_at), message->created_at);
  if (!newest) return std::nullopt;
  return std::max(with_.clock.now() - *newest, Milliseconds{0});
}

void FollowUp::acknowledge(const ConfiguredChannel& channel, const Acknowledgement& acknowledgement) {
  const auto* acknowledges = dynamic_cast<const connectors::AcknowledgesActions*>(channel.connector.get());
  if (acknowledges == nullptr) return;
  if (acknowledgements_in_flight_ >= acknowledgements_in_flight_max)
    return with_.observer.failed(channel.name, "acknowledge", "too many acknowledgements wait; this one is dropped");
  connectors::Transfer transfer;
  try {
    transfer = acknowledges->acknowledge(acknowledgement);
  } catch (const std::exception& bug) {
    return with_.observer.failed(channel.name, "acknowledge", bug.what());
  }
  ++acknowledgements_in_flight_;
  with_.transfers.perform(std::move(transfer), channel.reach,
                          lifetime_.guard([this, name = channel.name](const connectors::Exchange& answer) {
                            --acknowledgements_in_flight_;
                            if (answer.failure != connectors::TransferFailure::none)
                              with_.observer.failed(name, "acknowledge", answer.failure_detail);
                          }));
}

void FollowUp::show_typing(const ConfiguredChannel& channel, const TypingReported& event) {
  if (!with_.typing) return;
  with_.readers.read<std::optional<CustomerTyping>>(
      [channel, event](const command_bus::ReadSources& sources) -> Result<std::optional<CustomerTyping>> {
        return find_typing(sources.tables, channel, event);
      },
      lifetime_.guard([this](const Result<std::optional<CustomerTyping>>& found) {
        if (found && *found) with_.typing(**found);
      }));
}

}  // namespace inboxd::ingest
