// Delivery status notifications (RFC 3464), and what mail servers write in place of them. Used by read_mail(): what
// they say of a mail of ours is taken only where a signature of ours shows which mail that is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/mail/envelope.hpp"
#include "connectors/email/mail/parts.hpp"
#include "connectors/email/mail/read.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

enum class DeliveryAction { failed, delayed, relayed, delivered };

struct DeliveryReport {
  std::string message_id;  // of the mail of ours that it is about; empty: not known
  DeliveryAction action = DeliveryAction::failed;
  std::string recipient;   // lower case, may be empty
  std::string status;      // "5.1.1", may be empty
  std::string diagnostic;  // one line
};

/// Nothing when the mail is no report. `from` is its author's address, `text` what it says in words.
Result<std::optional<DeliveryReport>> delivery_report(OriginalSource& source, const DividedMail& mail,
                                                      const Envelope& envelope, std::string_view from,
                                                      const ReadOptions& options);

/// The Message-ID that a read receipt (RFC 8098) is about, empty when there is none.
Result<std::string> receipt_about(OriginalSource& source, const DividedMail& mail);

/// The address itself is wrong or closed: nothing reaches it until a person mends that (RFC 3463).
bool is_hard_failure(std::string_view status);

/// The worst that a message/delivery-status part says, without message_id; nothing when it names no recipient.
/// `envelope_id` receives Original-Envelope-Id.
std::optional<DeliveryReport> read_delivery_status(std::string_view text, std::string& envelope_id);

}  // namespace inboxd::connectors::email
