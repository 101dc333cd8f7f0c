// Kept connections by libcurl on a thread of their own. Built in daemon/app, called by ingest from the net thread,
// answers there. Never reconnects, never logs, never waits on the caller's thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/transfers/streams.hpp"

namespace inboxd::transfers {

class CurlStreams final : public StreamConnections {
 public:
  /// Runs a function on the net thread, soon; callable from any thread, never runs it inline.
  using Poster = std::function<void(std::function<void()>)>;

  /// `tls_ca_file` where an endpoint names none; empty: the system's.
  explicit CurlStreams(Poster poster, std::string tls_ca_file = {});
  ~CurlStreams() override;
  CurlStreams(const CurlStreams&) = delete;
  CurlStreams& operator=(const CurlStreams&) = delete;

  std::unique_ptr<StreamConnection> connect(connectors::StreamEndpoint endpoint, Reach reach,
                                            StreamCallbacks callbacks) override;
  /// Closes everything without a callback and joins the thread; connections of later end at once as failed.
  void stop();

 private:
  class Loop;
  class Connection;
  std::shared_ptr<Loop> loop_;
};

}  // namespace inboxd::transfers
