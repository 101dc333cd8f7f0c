// What arrives from a channel becomes rows and events. Called by ingest with one provider request at a time, inside
// the transaction after whose commit the provider is told "received".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/core/context.hpp"
#include "daemon/core/messages/history.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::core {

/// How far one kept connection has read.
struct StreamState {
  std::string stream;
  std::string state;
};

/// One provider request: what it said, and its bytes.
struct ProviderRequest {
  InboxId inbox;  // the inbox that it came to
  Inbound inbound;
  std::string raw;  // kept for a set time; linked to every message that it brought
  std::string raw_mime;
  /// A poller's new state, stored with the events it came with.
  std::optional<std::string> connector_state;
  /// The bytes are this blob, and `raw` is empty.
  std::optional<BlobRef> raw_blob = {};
  std::optional<StreamState> stream_state = {};
  /// It is no news.
  std::optional<History> history = {};
};

struct Received {
  int stored = 0;    // events that were new
  int messages = 0;  // … among them customers' messages
  int repeated = 0;  // events that we had
  int quarantined = 0;
  int noted = 0;                            // messages with a note of what could not be read
  std::vector<MessageId> with_attachments;  // media to fetch
};

Result<Received> receive(Context& context, const ChannelDirectory& channels, const ProviderRequest& request);

}  // namespace inboxd::core
