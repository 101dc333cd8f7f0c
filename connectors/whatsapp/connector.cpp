// Hands each call of the contract to its subject. Called by the host through connectors/sdk/connector.hpp.
#include "connectors/whatsapp/connector.hpp"

#include "connectors/whatsapp/address.hpp"
#include "connectors/whatsapp/capabilities.hpp"
#include "connectors/whatsapp/check.hpp"
#include "connectors/whatsapp/media.hpp"
#include "connectors/whatsapp/normalise.hpp"
#include "connectors/whatsapp/receipts.hpp"
#include "connectors/whatsapp/send.hpp"
#include "connectors/whatsapp/validate.hpp"
#include "connectors/whatsapp/verify.hpp"

namespace inboxd::connectors::whatsapp {

const Capabilities& WhatsAppConnector::capabilities() const { return whatsapp_capabilities(); }

std::vector<std::string> WhatsAppConnector::media_hosts() const { return media_host_names(); }

std::optional<CheckFinding> WhatsAppConnector::settings_finding() const { return missing_settings(account_); }

WebhookVerdict WhatsAppConnector::verify(const WebhookRequest& request, Timestamp /*now*/) const {
  return verify_webhook(account_, request);
}

Inbound WhatsAppConnector::normalise(const WebhookRequest& request) const { return normalise_webhook(request.body); }

Result<void> WhatsAppConnector::validate(const Outbound& reply) const { return validate_reply(reply); }

SendStep WhatsAppConnector::next_send_step(const Outbound& reply, const Exchanges& done) const {
  return next_step_of_send(account_, reply, done);
}

CheckStep WhatsAppConnector::next_check_step(const Exchanges& done) const { return next_step_of_check(account_, done); }

FetchStep WhatsAppConnector::next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const {
  return next_step_of_fetch(account_, attachment, done);
}

std::optional<Transfer> WhatsAppConnector::show_typing(const std::string& /*thread*/,
                                                       const std::string& last_external_id) const {
  return typing_request(account_, last_external_id);
}

std::optional<Transfer> WhatsAppConnector::mark_read(const std::string& /*thread*/,
                                                     const std::string& last_external_id) const {
  return read_request(account_, last_external_id);
}

Result<InboundIdentity> WhatsAppConnector::recipient(const std::string& to) const { return recipient_from(to); }

}  // namespace inboxd::connectors::whatsapp
