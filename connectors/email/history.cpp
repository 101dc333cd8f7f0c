// The connector's side of an import: which folders are read, up to where, and what is told of a mail out of a file.
#include <algorithm>

#include "connectors/email/connector.hpp"
#include "connectors/email/imap/cursor.hpp"
#include "connectors/email/mail/fields.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::email {

/// Each once, and spelled as the inbox's own: INBOX is the same in any case (RFC 3501 section 5.1).
std::vector<StreamEndpoint> EmailConnector::history_streams(const std::vector<std::string>& names) const {
  auto live = streams();
  if (names.empty() || mailbox_.receive != Receive::imap) return live;
  std::vector<std::string> folders;
  for (auto name : names) {
    for (const auto& own : live)
      if (lower_case(name) == "inbox" && lower_case(own.name) == "inbox") name = own.name;
    if (std::find(folders.begin(), folders.end(), name) == folders.end()) folders.push_back(std::move(name));
  }
  return endpoints_of(std::move(folders));
}

Result<std::unique_ptr<StreamSession>> EmailConnector::open_history(const StreamEndpoint& endpoint,
                                                                    const HistoryRange& range,
                                                                    const std::string& state) const {
  MailboxOptions options;
  options.folder = endpoint.name;
  options.sent = endpoint.name == mailbox_.sent_folder;
  options.import = Import::all;
  options.history = ReadHistory{range.since};
  auto live = streams();
  const bool is_live =
      std::any_of(live.begin(), live.end(), [&](const StreamEndpoint& other) { return other.name == endpoint.name; });
  if (is_live) {
    const auto cursor = imap::cursor_from_text(range.live_state);
    if (!cursor || cursor->uidvalidity == 0)
      return Error{ErrorCode::conflict,
                   "the inbox has not opened the folder " + endpoint.name +
                       " yet, so it is not known where its news begin; start the import when the inbox is healthy",
                   {}};
    if (cursor->resync_from)
      return Error{ErrorCode::conflict,
                   "the inbox is reading the folder " + endpoint.name +
                       " anew, since its server has numbered it anew; start the import when that is done",
                   {}};
    options.history->uidvalidity = cursor->uidvalidity;
    options.history->last_uid = cursor->last_uid;
  }
  return open_mailbox(std::move(options), state);
}

std::string EmailConnector::file_context(FileOriginal extent, std::optional<Timestamp> arrived_at) const {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  json_fields::put(writer, "internal_date", arrived_at);
  json_fields::put_flag(writer, "history", true);
  json_fields::put_flag(writer, "too_large", extent == FileOriginal::only_header);
  writer.end_object();
  return text;
}

}  // namespace inboxd::connectors::email
