// The connector's side that `doctor` asks: how a mailbox is looked at, and which mails it sends to itself.
#include "connectors/email/connector.hpp"
#include "connectors/email/imap/examination.hpp"
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

}  // namespace inboxd::connectors::email
