// Whom a reply goes to where a message has recipients of its own (email): whom the agent named, else everybody whom the
// customer's newest message was between. Kept in the message's content, so that what is shown is what is sent.
#pragma once

#include "daemon/core/context.hpp"

namespace inboxd::core {

inline constexpr std::size_t recipients_max = 50;  // of one message, all kinds together

/// Addresses as an agent typed them. `to` empty: decided by the conversation.
struct Recipients {
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> bcc;

  [[nodiscard]] bool empty() const { return to.empty() && cc.empty() && bcc.empty(); }
};

/// The head of a reply in this conversation. Refused with the address that is none.
Result<EmailContent> head_of_reply(const storage::Tables& tables, const connectors::Connector& connector,
                                   const Conversation& conversation, const Recipients& given);

}  // namespace inboxd::core
