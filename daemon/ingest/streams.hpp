// Inboxes whose provider is listened to over connections that are kept open (IMAP): one runner per endpoint. Started,
// reloaded and stopped by the app. What the runners of one inbox find becomes its health: the worst of it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "daemon/ingest/stream_runner.hpp"

namespace inboxd::ingest {

class Streams {
 public:
  explicit Streams(StreamSurroundings surroundings);
  ~Streams();

  /// Opens what is configured and not open yet; connections that are open say goodbye and return with the settings as
  /// they are now; what is configured no more ends.
  void reload();
  /// Goodbyes are written; what arrives later is asked for again after the next start.
  void stop();

 private:
  using Key = std::pair<InboxId, std::string>;
  void tell(const Key& key, const connectors::CheckFinding& finding);
  [[nodiscard]] connectors::CheckFinding worst(InboxId inbox) const;

  StreamSurroundings with_;
  std::map<Key, std::unique_ptr<StreamRunner>> runners_;
  std::map<Key, connectors::CheckFinding> findings_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::ingest
