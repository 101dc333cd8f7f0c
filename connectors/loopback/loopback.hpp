// The example channel: an easy JSON protocol that exercises the whole contract. Copy this folder to begin a channel.
// Used by the demo's simulated customers and by tests; it never does any I/O itself.
#pragma once

#include <string>

#include "connectors/sdk/connector.hpp"

namespace inboxd::connectors::loopback {

class Loopback final : public Connector,
                       public Edits,
                       public Erases,
                       public Reacts,
                       public SettlesUncertain,
                       public FetchesMedia,
                       public ShowsTyping,
                       public MarksRead,
                       public StartsConversations,
                       public AcknowledgesActions {
 public:
  Loopback(std::string secret, std::string api_base, std::string account)
      : secret_(std::move(secret)), api_base_(std::move(api_base)), account_(std::move(account)) {}

  [[nodiscard]] const Capabilities& capabilities() const override;
  [[nodiscard]] std::string account() const override { return account_; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {api_base_}; }
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
  [[nodiscard]] Transfer acknowledge(const Acknowledgement& acknowledgement) const override;

 private:
  std::string secret_;
  std::string api_base_;
  std::string account_;
};

}  // namespace inboxd::connectors::loopback
