// A configured WhatsApp number as the host sees it. Holds the account and nothing else; every subject stands in a file
// of its own. Made by channel.cpp.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

class WhatsAppConnector final : public Connector,
                                public FetchesMedia,
                                public ShowsTyping,
                                public MarksRead,
                                public StartsConversations,
                                public Reacts,
                                public SettlesUncertain {
 public:
  explicit WhatsAppConnector(Account account) : account_(std::move(account)) {}

  [[nodiscard]] const Capabilities& capabilities() const override;
  [[nodiscard]] std::string account() const override { return account_.phone_number_id; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {account_.graph_base}; }
  [[nodiscard]] std::vector<std::string> media_hosts() const override;
  [[nodiscard]] std::optional<CheckFinding> settings_finding() const override;

  [[nodiscard]] WebhookVerdict verify(const WebhookRequest& request, Timestamp now) const override;
  [[nodiscard]] Inbound normalise(const WebhookRequest& request) const override;
  [[nodiscard]] Result<void> validate(const Outbound& reply) const override;
  [[nodiscard]] SendStep next_send_step(const Outbound& reply, const Exchanges& done) const override;
  [[nodiscard]] CheckStep next_check_step(const Exchanges& done) const override;

  [[nodiscard]] FetchStep next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const override;
  [[nodiscard]] std::optional<Transfer> show_typing(const std::string& thread,
                                                    const std::string& last_external_id) const override;
  [[nodiscard]] std::optional<Transfer> mark_read(const std::string& thread,
                                                  const std::string& last_external_id) const override;

  [[nodiscard]] Result<InboundIdentity> recipient(const std::string& to) const override;

 private:
  Account account_;
};

}  // namespace inboxd::connectors::whatsapp
