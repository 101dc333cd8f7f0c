#include "connectors/email/imap/mailbox.hpp"

#include <utility>

#include "connectors/email/imap/session.hpp"

namespace inboxd::connectors::email {

std::unique_ptr<StreamSession> open_mailbox(MailboxOptions options, const std::string& state) {
  return std::make_unique<imap::Session>(std::move(options), state);
}

}  // namespace inboxd::connectors::email
