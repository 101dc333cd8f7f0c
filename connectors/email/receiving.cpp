// The connector's side that receives: which folders are kept open, in what session, which mails that are handed over
// are ours, and how mails are read.
#include "connectors/email/connector.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/email/mail/read.hpp"
#include "connectors/email/token.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {

std::vector<StreamEndpoint> EmailConnector::streams() const {
  if (mailbox_.receive != Receive::imap) return {};
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

bool EmailConnector::receives(std::string_view recipient) const {
  return lower_case(recipient) == lower_case(mailbox_.address) || plus_tag(mailbox_.address, recipient).has_value();
}

std::string EmailConnector::context_of(const OriginalEnvelope& envelope, Timestamp now) const {
  std::string context;
  JsonWriter json(context);
  json.begin_object();
  json.key("internal_date");
  json.time(now);
  json.key("envelope_from");
  json.string(envelope.from);
  json.key("envelope_to");
  json.begin_array();
  for (const auto& recipient : envelope.to) json.string(recipient);
  json.end_array();
  json.end_object();
  return context;
}

Result<Inbound> EmailConnector::read_original(OriginalSource& source, const std::string& context,
                                              PartSink& parts) const {
  return read_mail(source, {mailbox_.address, {}, mailbox_.authserv_id, mailbox_.signing_key, mailbox_.same_subject},
                   context, parts);
}

}  // namespace inboxd::connectors::email
