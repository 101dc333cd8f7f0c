// The email channel: joins mailboxes read by IMAP (imap/) or filled by a mail server of one's own, mails understood
// (mail/), replies composed (compose/) and sent by SMTP. Made by channel() for each configured inbox; pure like every
// connector, it never connects by itself.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/email/settings.hpp"
#include "connectors/sdk/connector.hpp"
#include "connectors/sdk/examination.hpp"
#include "connectors/sdk/grants.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

class EmailConnector final : public Connector,
                             public StartsConversations,
                             public AnswersAutomatically,
                             public Streams,
                             public ReceivesOriginals,
                             public ReadsOriginals,
                             public ImportsHistory,
                             public RefreshesGrant,
                             public Examines {
 public:
  explicit EmailConnector(MailboxSettings mailbox) : mailbox_(std::move(mailbox)) {}

  [[nodiscard]] const Capabilities& capabilities() const override;
  [[nodiscard]] std::string account() const override { return mailbox_.address; }
  [[nodiscard]] std::vector<std::string> base_urls() const override;

  /// Nothing comes in by webhooks.
  [[nodiscard]] WebhookVerdict verify(const WebhookRequest& request, Timestamp now) const override;
  [[nodiscard]] Inbound normalise(const WebhookRequest& request) const override;
  [[nodiscard]] Result<void> validate(const Outbound& reply) const override;
  [[nodiscard]] SendStep next_send_step(const Outbound& reply, const Exchanges& done) const override;
  [[nodiscard]] CheckStep next_check_step(const Exchanges& done) const override;
  [[nodiscard]] Result<InboundIdentity> recipient(const std::string& to) const override;

  [[nodiscard]] std::string automatic_answer() const override { return mailbox_.automatic_answer; }

  [[nodiscard]] std::vector<StreamEndpoint> streams() const override;
  [[nodiscard]] std::optional<Transfer> login_request(const StreamEndpoint& endpoint) const override;
  [[nodiscard]] Result<std::string> bearer_of(const Exchange& answer) const override;
  [[nodiscard]] std::unique_ptr<StreamSession> open(const StreamEndpoint& endpoint,
                                                    const std::string& state) const override;
  [[nodiscard]] CheckFinding refused(const StreamEndpoint& endpoint, const std::string& why) const override;

  [[nodiscard]] bool receives(std::string_view recipient) const override;
  [[nodiscard]] bool only_handed_over() const override { return mailbox_.receive == Receive::lmtp; }
  [[nodiscard]] std::string context_of(const OriginalEnvelope& envelope, Timestamp now) const override;

  [[nodiscard]] std::string_view original_mime() const override { return "message/rfc822"; }
  [[nodiscard]] Result<Inbound> read_original(OriginalSource& source, const std::string& context,
                                              PartSink& parts) const override;

  [[nodiscard]] std::vector<StreamEndpoint> history_streams(const std::vector<std::string>& names) const override;
  [[nodiscard]] Result<std::unique_ptr<StreamSession>> open_history(const StreamEndpoint& endpoint,
                                                                    const HistoryRange& range,
                                                                    const std::string& state) const override;
  [[nodiscard]] std::string file_context(FileOriginal extent, std::optional<Timestamp> arrived_at) const override;

  [[nodiscard]] std::optional<Transfer> refresh_request(const std::string& state) const override;
  [[nodiscard]] std::optional<std::string> refreshed(const std::string& state, const Exchange& answer) const override;

  [[nodiscard]] std::unique_ptr<Examination> examine(const ExaminationRequest& request) const override;

 private:
  [[nodiscard]] std::vector<StreamEndpoint> endpoints_of(std::vector<std::string> folders) const;

  MailboxSettings mailbox_;
};

}  // namespace inboxd::connectors::email
