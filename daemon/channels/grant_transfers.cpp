// read_state → ask → answered → store, until it is committed → end: everybody who waits is answered.
#include "daemon/channels/grant_transfers.hpp"

#include <utility>

namespace inboxd {

using connectors::Exchange;
using connectors::RefreshesGrant;
using connectors::Transfer;

struct GrantTransfers::Refresh {
  InboxId inbox;
  std::shared_ptr<const connectors::Connector> connector;
  const RefreshesGrant* grant = nullptr;
  transfers::Reach reach;
  std::string state;
  std::string new_state;  // to be stored
  Exchange answer;        // which waits for that
  std::vector<std::function<void(Exchange)>> waiting;
};

namespace {

/// Null: the request refreshes nobody's grant.
const ConfiguredChannel* channel_of(const ConfiguredChannels& channels, const Transfer& transfer) {
  if (!transfer.confidential) return nullptr;
  const auto asks = [&](const ConfiguredChannel& channel) {
    const auto* grant = dynamic_cast<const RefreshesGrant*>(channel.connector.get());
    const auto request = grant != nullptr ? grant->refresh_request({}) : std::nullopt;
    return request && *request == transfer;
  };
  // A send may still be on its way for an inbox that a reload has switched off.
  for (const auto* channels_of : {&channels.all(), &channels.disabled()})
    for (const auto& channel : *channels_of)
      if (asks(channel)) return &channel;
  return nullptr;
}

}  // namespace

void GrantTransfers::perform(Transfer transfer, transfers::Reach reach, std::function<void(Exchange)> done) {
  const auto channels = with_.channels();
  const auto* channel = channel_of(*channels, transfer);
  if (channel == nullptr) return with_.transfers.perform(std::move(transfer), std::move(reach), std::move(done));
  auto& refresh = under_way_[channel->inbox];
  if (refresh) {
    refresh->waiting.push_back(std::move(done));
    return;
  }
  if (draining_) {
    under_way_.erase(channel->inbox);
    return done(not_made("inboxd is stopping"));
  }
  refresh = std::make_shared<Refresh>();
  refresh->inbox = channel->inbox;
  refresh->connector = channel->connector;
  refresh->grant = dynamic_cast<const RefreshesGrant*>(channel->connector.get());
  refresh->reach = std::move(reach);
  refresh->waiting.push_back(std::move(done));
  read_state(RefreshPointer(refresh));
}

void GrantTransfers::read_state(const RefreshPointer& refresh) {
  with_.readers.read<std::string>(
      [inbox = refresh->inbox](const command_bus::ReadSources& sources) -> Result<std::string> {
        return sources.tables.inboxes().connector_state(inbox);
      },
      lifetime_.guard([this, refresh](Result<std::string> state) {
        if (!state) return end(refresh, not_made(state.error().detail));
        refresh->state = std::move(state).value();
        ask(refresh);
      }));
}

void GrantTransfers::ask(const RefreshPointer& refresh) {
  auto request = refresh->grant->refresh_request(refresh->state);
  if (!request) return end(refresh, not_made("the inbox has no grant"));
  with_.transfers.perform(std::move(*request), refresh->reach,
                          lifetime_.guard([this, refresh](Exchange answer) { answered(refresh, std::move(answer)); }));
}

void GrantTransfers::answered(const RefreshPointer& refresh, Exchange answer) {
  auto changed = refresh->grant->refreshed(refresh->state, answer);
  if (!changed) return end(refresh, answer);
  refresh->new_state = std::move(*changed);
  refresh->answer = std::move(answer);
  store(refresh);
}

/// Again until it is committed: the provider takes the old grant no more.
void GrantTransfers::store(const RefreshPointer& refresh) {
  with_.bus.submit<bool>(
      [inbox = refresh->inbox, state = refresh->new_state](command_bus::Workspace& workspace) -> Result<bool> {
        workspace.tables.inboxes().set_connector_state(inbox, state);
        return true;
      },
      lifetime_.guard([this, refresh](const Result<bool>& stored) {
        if (stored) return end(refresh, refresh->answer);
        if (stored.error().code == ErrorCode::draining) return end(refresh, not_made(stored.error().detail));
        waits_[refresh->inbox] = with_.clock.after(grant_store_pause, [this, refresh] { store(refresh); });
      }));
}

void GrantTransfers::end(const RefreshPointer& refresh, const Exchange& answer) {
  waits_.erase(refresh->inbox);
  under_way_.erase(refresh->inbox);
  for (auto& done : refresh->waiting) done(answer);
  finish_drain();
}

void GrantTransfers::drain(Milliseconds deadline, std::function<void()> done) {
  draining_ = true;
  drained_ = std::move(done);
  drain_deadline_ = with_.clock.after(deadline, [this] {
    if (drained_) std::exchange(drained_, nullptr)();
  });
  finish_drain();
}

void GrantTransfers::finish_drain() {
  if (!drained_ || !under_way_.empty()) return;
  drain_deadline_.reset();
  std::exchange(drained_, nullptr)();
}

Exchange GrantTransfers::not_made(const std::string& why) {
  Exchange exchange;
  exchange.failure = connectors::TransferFailure::not_sent;
  exchange.failure_detail = why;
  return exchange;
}

}  // namespace inboxd
