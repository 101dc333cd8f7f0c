// The words of a reply as its two alternatives, plain text and HTML: what the agent wrote, the inbox's signature, the
// earlier message below. Pure; the HTML is made anew from the few styles that are understood, never passed through.
#pragma once

#include <string>
#include <vector>

#include "connectors/email/settings.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::email {

struct ComposedBody {
  std::string text;
  std::string html;
};

/// Refused where the reply's HTML is too large or too deep to be read. What `quoted` holds is never a reason.
Result<ComposedBody> composed_body(const Outbound& reply, const MailboxSettings& mailbox);

/// Those that the HTML shows: the others are files beside it.
bool is_inline(const OutboundAttachment& attachment);

}  // namespace inboxd::connectors::email
