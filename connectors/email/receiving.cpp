// The connector's side that receives: which folders are kept open, in what session, how their mails are read, and how
// `doctor` looks at them.
#include "connectors/email/connector.hpp"
#include "connectors/email/imap/examination.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/mail/read.hpp"
#include "connectors/email/self_message.hpp"
#include "connectors/email/token.hpp"

namespace inboxd::connectors::email {
namespace {

imap::ExpectedMail plain_mail(const MailboxSettings& mailbox, const ExaminationRequest& request) {
  const std::string name = self_message_name(request.now, request.nonce);
  return {"mail to itself", self_message_id(mailbox, name),
          self_message(mailbox, name, SelfRoute::plain, request.now, request.bearer),
          "check that the login of username may send as " + mailbox.address,
          "look at the mail server's queue, log and rules, and whether " + mailbox.address +
              " is the mailbox that username reads"};
}

imap::ExpectedMail plus_mail(const MailboxSettings& mailbox, const ExaminationRequest& request) {
  const std::string name = self_message_name(request.now, request.nonce + 'p');
  const std::string mend = "set plus_addresses = false, or let the mail server take mail for and from " +
                           plus_address(mailbox.address, "anything");
  return {"mail to a plus address", self_message_id(mailbox, name),
          self_message(mailbox, name, SelfRoute::plus_address, request.now, request.bearer), mend, mend};
}

}  // namespace

std::vector<StreamEndpoint> EmailConnector::streams() const {
  std::vector<std::string> folders = mailbox_.folders;
  if (!mailbox_.sent_folder.empty()) folders.push_back(mailbox_.sent_folder);
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

std::unique_ptr<Examination> EmailConnector::examine(const ExaminationRequest& request) const {
  imap::ExaminationOptions options;
  options.username = mailbox_.username;
  options.folders = mailbox_.folders;
  options.sent_folder = mailbox_.sent_folder;
  options.poll_interval = MailboxOptions{}.poll_interval;
  if (request.messages == SelfMessages::send) {
    options.mails.push_back(plain_mail(mailbox_, request));
    if (mailbox_.plus_addresses) options.mails.push_back(plus_mail(mailbox_, request));
  }
  return std::make_unique<imap::MailboxExamination>(std::move(options));
}

Result<Inbound> EmailConnector::read_original(OriginalSource& source, const std::string& context,
                                              PartSink& parts) const {
  return read_mail(source, {mailbox_.address, {}, mailbox_.authserv_id, mailbox_.signing_key, mailbox_.same_subject},
                   context, parts);
}

}  // namespace inboxd::connectors::email
