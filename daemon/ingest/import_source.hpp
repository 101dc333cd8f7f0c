// What the two ways of importing history have in common: which inbox can, and under which names an import keeps how far
// it is. Used by file_import and folder_imports.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sdk/stream.hpp"
#include "daemon/channels/configured_channels.hpp"
#include "daemon/core/messages/history.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::ingest {

/// As of one snapshot of the channels, which `channel` points into.
struct ImportingInbox {
  std::shared_ptr<const ConfiguredChannels> channels;
  const ConfiguredChannel* channel = nullptr;
  const connectors::ImportsHistory* imports = nullptr;
  const connectors::ReadsOriginals* reader = nullptr;
};

/// Refused with the inboxes that there are, or that can.
Result<ImportingInbox> importing_inbox(const CurrentChannels& channels, std::string_view name);

/// The stream states of an import from `source`; no folder is called so.
std::string import_state(std::string_view source);
std::string import_tally(std::string_view source);

}  // namespace inboxd::ingest
