#include "daemon/ingest/import_source.hpp"

namespace inboxd::ingest {
namespace {

ImportingInbox as_importing(std::shared_ptr<const ConfiguredChannels> channels, const ConfiguredChannel& channel) {
  return {std::move(channels), &channel, dynamic_cast<const connectors::ImportsHistory*>(channel.connector.get()),
          dynamic_cast<const connectors::ReadsOriginals*>(channel.connector.get())};
}

bool can_import(const ImportingInbox& inbox) { return inbox.imports != nullptr && inbox.reader != nullptr; }

void add(std::string& names, const std::string& name) { names += (names.empty() ? "" : ", ") + name; }

}  // namespace

Result<ImportingInbox> importing_inbox(const CurrentChannels& channels, std::string_view name) {
  const auto now = channels();
  if (const auto* channel = now->channel(name)) {
    auto inbox = as_importing(now, *channel);
    if (can_import(inbox)) return inbox;
  }
  std::string all;
  std::string able;
  for (const auto& channel : now->all()) {
    add(all, channel.name);
    if (can_import(as_importing(now, channel))) add(able, channel.name);
  }
  const auto* channel = now->channel(name);
  if (channel == nullptr)
    return not_found("there is no inbox " + std::string(name) + "; " +
                     (all.empty() ? std::string("none is configured") : "there are: " + all));
  return bad_request("the inbox " + channel->name + " is of the channel " + channel->connector_name +
                     ", which has no history to import; " +
                     (able.empty() ? std::string("no inbox here has") : "these have: " + able));
}

std::string import_state(std::string_view source) { return "import " + std::string(source); }

std::string import_tally(std::string_view source) { return "import tally " + std::string(source); }

}  // namespace inboxd::ingest
