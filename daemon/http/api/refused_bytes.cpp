#include "daemon/http/api/refused_bytes.hpp"

#include <utility>

namespace inboxd::http {
namespace {

/// A row that comes and goes within one transaction leaves the count of references as it was, and the time at which
/// the bytes came.
void make_known(command_bus::Bus& bus, const std::string& hash) {
  bus.submit<bool>(
      [hash](command_bus::Workspace& workspace) -> Result<bool> {
        auto& attachments = workspace.tables.attachments();
        storage::AttachmentRow row;
        row.attachment.state = AttachmentState::ready;
        row.blob_hash = hash;
        row.created_at = workspace.now;
        attachments.remove(attachments.insert(row));
        return true;
      },
      [](const Result<bool>&) {});  // the answer is the refusal's, also where the store takes nothing
}

}  // namespace

Handler leaving_refused_bytes(command_bus::Bus& bus, Handler handler) {
  return [&bus, handler = std::move(handler)](Request request, Responder respond) {
    if (!request.blob) return handler(std::move(request), std::move(respond));
    auto hash = request.blob->hash;
    handler(std::move(request), [&bus, hash = std::move(hash), respond = std::move(respond)](Response response) {
      if (response.status >= 400) make_known(bus, hash);
      respond(std::move(response));
    });
  };
}

}  // namespace inboxd::http
