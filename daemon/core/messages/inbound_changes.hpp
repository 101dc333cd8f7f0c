// What customers and providers change afterwards: edits, deletions, reactions, a person who blocked us or has a new
// number, notices about the account.
#pragma once

#include "daemon/core/messages/inbound_message.hpp"

namespace inboxd::core {

/// The cause by which `if_seen` knows a customer's edit from a reaction: both are message.updated.
inline constexpr std::string_view cause_of_edit = "message.receive_edit";

/// Names the message when it has new files to fetch.
std::optional<MessageId> receive_edit(Context& context, const Inbox& inbox, const MessageEdited& event,
                                      OriginalSource& original);
void receive_deletion(Context& context, const Inbox& inbox, const MessageDeleted& event, OriginalSource& original);
void receive_reaction(Context& context, const Inbox& inbox, const ReactionChanged& event, OriginalSource& original);
/// The three above are parked, for a week, while their message is not here; this is for when it came, or got the id by
/// which they know it. They count as long as their raw originals are kept. Names the message when it has new files to
/// fetch.
std::optional<MessageId> receive_parked_changes(Context& context, const Inbox& inbox, const std::string& external_id);
void receive_identity_change(Context& context, const ChannelDirectory& channels, const Inbox& inbox,
                             const IdentityChanged& event, OriginalSource& original);
void receive_account_notice(Context& context, const Inbox& inbox, const AccountNotice& event, OriginalSource& original);

}  // namespace inboxd::core
