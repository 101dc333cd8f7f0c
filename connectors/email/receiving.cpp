// The connector's side that receives: which folders are kept open, in what session, and how their mails are read.
#include <algorithm>

#include "connectors/email/connector.hpp"
#include "connectors/email/imap/cursor.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/email/mail/read.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::email {

std::vector<StreamEndpoint> EmailConnector::streams() const {
  std::vector<std::string> folders = mailbox_.folders;
  if (!mailbox_.sent_folder.empty()) folders.push_back(mailbox_.sent_folder);
  return endpoints_of(std::move(folders));
}

std::vector<StreamEndpoint> EmailConnector::endpoints_of(std::vector<std::string> folders) const {
  std::vector<StreamEndpoint> endpoints;
  for (auto& folder : folders)
    endpoints.push_back(
        {std::move(folder), mailbox_.imap_url, Login{mailbox_.username, mailbox_.password}, mailbox_.imap_tls});
  return endpoints;
}

std::optional<Transfer> EmailConnector::login_request(const StreamEndpoint& /*endpoint*/) const {
  if (!mailbox_.oauth2.given()) return std::nullopt;
  return token_request(mailbox_.oauth2);
}

Result<std::string> EmailConnector::bearer_of(const Exchange& answer) const {
  std::string token = token_of(answer);
  if (!token.empty()) return token;
  if (grant_is_refused(answer))
    return Error{ErrorCode::unauthenticated,
                 "the provider gives no access token any more: grant access again and set "
                 "oauth2.refresh_token",
                 {}};
  return Error{ErrorCode::channel_unavailable, "the provider gave no access token: " + words_of(answer), {}};
}

std::unique_ptr<StreamSession> EmailConnector::open(const StreamEndpoint& endpoint, const std::string& state) const {
  MailboxOptions options;
  options.folder = endpoint.name;
  options.sent = endpoint.name == mailbox_.sent_folder;
  options.import = mailbox_.import;
  return open_mailbox(std::move(options), state);
}

CheckFinding EmailConnector::refused(const StreamEndpoint& endpoint, const std::string& why) const {
  return {InboxHealthState::unhealthy, "imap_refused",
          "No mail comes in from " + endpoint.name +
              ": check imap_url, username and password or oauth2. The connection says: " + why,
          ""};
}

/// Each once, and spelled as the inbox's own: INBOX is the same in any case (RFC 3501 section 5.1).
std::vector<StreamEndpoint> EmailConnector::history_streams(const std::vector<std::string>& names) const {
  const auto live = streams();
  if (names.empty()) return live;
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
  const auto live = streams();
  const bool is_live =
      std::any_of(live.begin(), live.end(), [&](const StreamEndpoint& other) { return other.name == endpoint.name; });
  if (is_live) {
    const auto cursor = imap::cursor_from_text(range.live_state);
    if (!cursor || cursor->uidvalidity == 0)
      return Error{ErrorCode::conflict,
                   "the inbox has not opened the folder " + endpoint.name +
                       " yet, so it is not known where its news begin; start the import when the inbox is healthy",
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

Result<Inbound> EmailConnector::read_original(OriginalSource& source, const std::string& context,
                                              PartSink& parts) const {
  return read_mail(source, {mailbox_.address, {}, mailbox_.authserv_id, mailbox_.signing_key, mailbox_.same_subject},
                   context, parts);
}

}  // namespace inboxd::connectors::email
