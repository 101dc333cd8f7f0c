// The connector of one Telegram bot: hands every call of the contract to the file of its subject.
#pragma once

#include "connectors/sdk/connector.hpp"
#include "connectors/telegram/settings.hpp"

namespace inboxd::connectors::telegram {

class Telegram final : public Connector,
                       public Polls,
                       public RegistersWebhook,
                       public FetchesMedia,
                       public AcknowledgesActions,
                       public ShowsTyping,
                       public Edits,
                       public Erases,
                       public Reacts {
 public:
  explicit Telegram(BotSettings settings);

  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  [[nodiscard]] std::string account() const override;
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {settings_.api_base}; }
  [[nodiscard]] std::optional<CheckFinding> settings_finding() const override;

  [[nodiscard]] WebhookVerdict verify(const WebhookRequest& request, Timestamp now) const override;
  [[nodiscard]] Inbound normalise(const WebhookRequest& request) const override;
  [[nodiscard]] Result<void> validate(const Outbound& reply) const override;
  [[nodiscard]] SendStep next_send_step(const Outbound& reply, const Exchanges& done) const override;
  [[nodiscard]] CheckStep next_check_step(const Exchanges& done) const override;

  [[nodiscard]] bool polling_enabled() const override { return settings_.reception == Reception::polling; }
  [[nodiscard]] Transfer poll_request(const std::string& state) const override;
  [[nodiscard]] PollResult poll_answer(const std::string& state, const Exchange& answer) const override;

  [[nodiscard]] bool registration_wanted() const override { return settings_.reception == Reception::webhook; }
  [[nodiscard]] CheckStep next_registration_step(const std::string& webhook_url, const Exchanges& done) const override;

  [[nodiscard]] FetchStep next_fetch_step(const InboundAttachment& attachment, const Exchanges& done) const override;
  [[nodiscard]] Transfer acknowledge(const Acknowledgement& acknowledgement) const override;
  [[nodiscard]] std::optional<Transfer> show_typing(const std::string& thread,
                                                    const std::string& last_external_id) const override;

 private:
  BotSettings settings_;
  Capabilities capabilities_;
};

}  // namespace inboxd::connectors::telegram
