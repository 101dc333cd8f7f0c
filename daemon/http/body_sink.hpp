// Where a request's body goes while it arrives: memory, a blob, or the blob inside a form. Used by the connection,
// which has checked the size already.
#pragma once

#include <memory>
#include <string>

#include "daemon/http/disk_workers.hpp"
#include "daemon/http/message.hpp"
#include "daemon/http/router.hpp"
#include "daemon/http/spawn.hpp"
#include "storage/blobs.hpp"

namespace inboxd::http {

class BodySink {
 public:
  virtual ~BodySink() = default;
  virtual asio::awaitable<Result<void>> take(std::string piece) = 0;
  /// Gives `request` back with the body, or what stands for it.
  virtual asio::awaitable<Result<Request>> finish(Request request) = 0;
};

Result<std::unique_ptr<BodySink>> make_body_sink(BodyMode mode, const Request& request, storage::Blobs& blobs,
                                                 DiskWorkers& disk);

}  // namespace inboxd::http
