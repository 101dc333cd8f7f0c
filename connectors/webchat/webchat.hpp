// The chat of our own widget: rules, identity and files for the host, which talks to the visitors itself. No provider
// stands behind it, so there is no webhook and no transfer.
#pragma once

#include <string>
#include <utility>

#include "connectors/sdk/connector.hpp"
#include "connectors/sdk/visitors.hpp"

namespace inboxd::connectors::webchat {

inline constexpr std::size_t text_characters_max = 10'000;
inline constexpr std::size_t attachments_max = 10;

class Webchat final : public Connector, public ServesVisitors, public Edits, public Erases {
 public:
  Webchat(VisitorRules rules, std::string identity_secret);

  [[nodiscard]] const Capabilities& capabilities() const override { return able_; }
  [[nodiscard]] std::string account() const override { return {}; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {}; }
  [[nodiscard]] std::optional<CheckFinding> settings_finding() const override;

  [[nodiscard]] WebhookVerdict verify(const WebhookRequest& request, Timestamp now) const override;
  [[nodiscard]] Inbound normalise(const WebhookRequest& request) const override;
  [[nodiscard]] Result<void> validate(const Outbound& reply) const override;
  [[nodiscard]] SendStep next_send_step(const Outbound& reply, const Exchanges& done) const override;
  [[nodiscard]] CheckStep next_check_step(const Exchanges& done) const override;

  [[nodiscard]] const VisitorRules& visitor_rules() const override { return rules_; }
  [[nodiscard]] Result<std::map<std::string, std::string>> check_fields(
      const std::map<std::string, std::string>& given) const override;
  [[nodiscard]] Result<VouchedPerson> check_identity(const IdentityProof& proof, std::string_view inbox_name,
                                                     Timestamp now) const override;
  [[nodiscard]] std::optional<VisitorFile> visitor_file(std::string_view name) const override;

 private:
  VisitorRules rules_;
  std::string identity_secret_;
  Capabilities able_;
};

}  // namespace inboxd::connectors::webchat
