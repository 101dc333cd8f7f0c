// An answer to all is what a customer who copies others expects; the inbox itself is never among them.
#include "daemon/core/messages/recipients.hpp"

#include <algorithm>
#include <cctype>

namespace inboxd::core {
namespace {

/// The newest messages that are looked at for one of the customer's.
constexpr int looked_at_max = 20;

/// By which two addresses are one mailbox: letters' case and what follows "+" do not count (RFC 5233).
std::string mailbox(std::string_view address) {
  const auto at = address.rfind('@');
  const auto plus = address.find('+');
  std::string bare(address.substr(0, std::min({at, plus, address.size()})));
  if (at != std::string_view::npos) bare += address.substr(at);
  std::transform(bare.begin(), bare.end(), bare.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return bare;
}

/// Adds each mailbox once, and the inbox's own never.
class AddressList {
 public:
  explicit AddressList(const std::string& own) { seen_.push_back(mailbox(own)); }
  void add(std::vector<MailAddress>& list, const MailAddress& address) {
    const auto bare = mailbox(address.address);
    if (address.address.empty() || std::find(seen_.begin(), seen_.end(), bare) != seen_.end()) return;
    seen_.push_back(bare);
    list.push_back(address);
  }

 private:
  std::vector<std::string> seen_;
};

/// A person's newest mail; else the newest that a machine passed on for one, a form or a mailing list. It comes from
/// whom the conversation is with, so that no bounce is answered.
std::optional<EmailContent> newest_of_customer(const storage::Tables& tables, const Conversation& conversation) {
  const auto newest = tables.messages().of_conversation(
      conversation.id, {storage::MessageOrder::newest_first, std::nullopt, looked_at_max});
  std::optional<EmailContent> passed_on;
  for (const auto& message : newest) {
    const auto* email = std::get_if<EmailContent>(&message.content.detail);
    if (message.direction != Direction::in || email == nullptr) continue;
    if (email->automation.empty()) return *email;
    if (!passed_on && email->automation == "notice" && mailbox(email->from.address) == mailbox(conversation.thread))
      passed_on = *email;
  }
  return passed_on;
}

void answer_all(const storage::Tables& tables, const Conversation& conversation, AddressList& list,
                EmailContent& head) {
  if (const auto answered = newest_of_customer(tables, conversation)) {
    if (answered->reply_to.empty()) list.add(head.to, answered->from);
    for (const auto& address : answered->reply_to) list.add(head.to, address);
    for (const auto& address : answered->to) list.add(head.cc, address);
    for (const auto& address : answered->cc) list.add(head.cc, address);
  }
  if (head.to.empty()) list.add(head.to, {conversation.thread, {}});
}

Result<void> add_typed(const connectors::StartsConversations& channel, const std::vector<std::string>& typed,
                       AddressList& list, std::vector<MailAddress>& into) {
  for (const auto& text : typed) {
    const auto recipient = channel.recipient(text);
    if (!recipient) return recipient.error();
    list.add(into, {recipient->handle, recipient->name});
  }
  return {};
}

}  // namespace

Result<EmailContent> head_of_reply(const storage::Tables& tables, const connectors::Connector& connector,
                                   const Conversation& conversation, const Recipients& given) {
  const auto* channel = dynamic_cast<const connectors::StartsConversations*>(&connector);
  const bool copies = connector.capabilities().copies == Support::full && channel != nullptr;
  if (!copies) return bad_request("this channel takes no `to`, `cc` or `bcc`");
  if (given.to.size() + given.cc.size() + given.bcc.size() > recipients_max)
    return bad_request("`to`, `cc` and `bcc` together take up to " + std::to_string(recipients_max) + " addresses");
  EmailContent head;
  head.subject = conversation.subject;
  head.from.address = connector.account();
  AddressList list(connector.account());
  if (auto added = add_typed(*channel, given.to, list, head.to); !added) return added.error();
  if (given.to.empty()) {
    answer_all(tables, conversation, list, head);
    // Copies that the agent named stand in place of the customer's.
    if (!given.cc.empty()) head.cc.clear();
  }
  if (head.to.empty()) return bad_request("no address is known but the inbox's own; name whom to write to in `to`");
  AddressList copied(connector.account());
  std::vector<MailAddress> first;
  for (const auto& address : head.to) copied.add(first, address);
  if (auto added = add_typed(*channel, given.cc, copied, head.cc); !added) return added.error();
  if (auto added = add_typed(*channel, given.bcc, copied, head.bcc); !added) return added.error();
  return head;
}

}  // namespace inboxd::core
