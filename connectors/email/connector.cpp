// Capabilities, checks of the login, and what is handed on to the parts; receiving is in receiving.cpp.
#include "connectors/email/connector.hpp"

#include "connectors/email/addresses.hpp"
#include "connectors/email/login.hpp"
#include "connectors/email/sending.hpp"

namespace inboxd::connectors::email {
namespace {

Capabilities describe() {
  Capabilities able;
  able.formatting = Support::full;
  able.attachments = Support::full;
  able.replies = Support::full;
  able.starts_conversations = Support::full;
  able.copies = Support::full;
  able.text_characters_max = text_characters_max;
  able.caption_characters_max = text_characters_max;
  able.attachments_max = attachments_max;
  able.media_limits = {{"", attachment_bytes_max}};
  return able;
}

CheckFinding finding(InboxHealthState state, std::string code, std::string detail) {
  return {state, std::move(code), std::move(detail), ""};
}

}  // namespace

const Capabilities& EmailConnector::capabilities() const {
  static const Capabilities able = describe();
  return able;
}

std::vector<std::string> EmailConnector::base_urls() const {
  std::vector<std::string> urls{mailbox_.smtp_url};
  if (mailbox_.receive == Receive::imap) urls.push_back(mailbox_.imap_url);
  if (mailbox_.oauth2.given()) urls.push_back(mailbox_.oauth2.token_url);
  return urls;
}

WebhookVerdict EmailConnector::verify(const WebhookRequest& /*request*/, Timestamp /*now*/) const {
  return RefuseWebhook{403, "a mailbox has no webhook"};
}

Inbound EmailConnector::normalise(const WebhookRequest& /*request*/) const {
  return {{}, {}, "A mailbox has no webhook."};
}

Result<void> EmailConnector::validate(const Outbound& reply) const { return validate_mail(reply, mailbox_); }

SendStep EmailConnector::next_send_step(const Outbound& reply, const Exchanges& done) const {
  return next_mail(mailbox_, reply, done);
}

CheckStep EmailConnector::next_check_step(const Exchanges& done) const {
  const bool asks_token = mailbox_.oauth2.given();
  if (asks_token && done.empty()) return token_request(mailbox_.oauth2);
  const std::string token = asks_token ? token_of(done.front()) : std::string();
  if (asks_token && token.empty())
    return finding(InboxHealthState::unhealthy, "no_token",
                   "The provider gives no access token (" + std::to_string(done.front().status) +
                       "): grant access again and set oauth2.refresh_token.");
  if (done.size() == (asks_token ? 1 : 0)) {
    Transfer transfer = smtp_transfer(mailbox_, token);
    transfer.label = "smtp_login";
    transfer.method = "NOOP";
    transfer.timeout = Milliseconds{60'000};
    transfer.repeatable = true;
    return transfer;
  }
  const Exchange& answer = done.back();
  if (login_is_refused(answer))
    return finding(InboxHealthState::unhealthy, "login_refused",
                   "The mail server at smtp_url refuses the login: set the right username and password. It says: " +
                       words_of(answer));
  if (login_is_impossible(answer))
    return finding(InboxHealthState::unhealthy, "no_login_method", words_of_impossible_login(mailbox_, answer));
  if (answer.failure != TransferFailure::none)
    return finding(InboxHealthState::unhealthy, "smtp_unreachable",
                   "No login at smtp_url: " + words_of(answer) + ". Check the server's name, port and certificate.");
  if (answer.status / 100 != 2)
    return finding(InboxHealthState::degraded, "smtp_error", "The mail server at smtp_url says: " + words_of(answer));
  return CheckFinding{InboxHealthState::healthy, "", "", mailbox_.address};
}

std::optional<Transfer> EmailConnector::refresh_request(const std::string& state) const {
  if (!mailbox_.oauth2.given()) return std::nullopt;
  return token_request(current_grant(mailbox_.oauth2, state));
}

std::optional<std::string> EmailConnector::refreshed(const std::string& state, const Exchange& answer) const {
  return refreshed_grant(mailbox_.oauth2, state, answer);
}

Result<InboundIdentity> EmailConnector::recipient(const std::string& to) const {
  auto address = typed_address(to);
  if (!address) return bad_request("`to` is a mail address: anna@example.com or Anna Rossi <anna@example.com>.");
  InboundIdentity identity;
  identity.handle = std::move(address->address);
  identity.name = std::move(address->name);
  identity.verified = false;
  return identity;
}

}  // namespace inboxd::connectors::email
