// The hints in the order of their weight; a conversation of another inbox is none.
#include "daemon/core/conversations/place.hpp"

#include <algorithm>
#include <set>

namespace inboxd::core {
namespace {

bool names(const std::vector<MailAddress>& addresses, const std::string& handle) {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const MailAddress& address) { return address.address == handle; });
}

/// True when the message itself went to or came from this address.
bool concerns(const Message& message, const std::string& handle) {
  const auto* email = std::get_if<EmailContent>(&message.content.detail);
  return email != nullptr && (email->from.address == handle || names(email->to, handle) || names(email->cc, handle) ||
                              names(email->bcc, handle));
}

constexpr std::chrono::days same_subject_window{14};
constexpr int compared_subjects_max = 20;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// A conversation's subject is that of its first mail, which may have something in front ("Fwd: ", "[list] ").
bool is_about(std::string_view subject, std::string_view matter) {
  if (subject.size() < matter.size()) return false;
  const auto front = subject.substr(0, subject.size() - matter.size());
  const auto rest = subject.substr(front.size());
  return (front.empty() || front.ends_with(": ") || front.ends_with("] ")) &&
         std::equal(rest.begin(), rest.end(), matter.begin(), [](char a, char b) { return lower(a) == lower(b); });
}

class Placement {
 public:
  Placement(const Context& context, const Inbox& inbox, const Identity& thread, const MessageReceived& event,
            ClosedOnes closed_ones)
      : closed_ones_(closed_ones),
        tables_(context.tables),
        now_(context.now),
        inbox_(inbox),
        thread_(thread),
        event_(event),
        hints_(*event.placement) {}

  std::optional<Placed> find() const {
    if (auto signed_one = by_signature()) return Placed{*signed_one, Found::existing, "signature"};
    for (const auto& reference : hints_.references)
      if (auto referred = by_reference(reference)) return Placed{*referred, Found::existing, "reference"};
    // The same mail by another way (a list and directly) has other bytes, and one matter all the same.
    if (auto copied = by_reference(event_.external_id)) return Placed{*copied, Found::existing, "reference"};
    if (auto overtaken = by_answer_to(event_.external_id)) return Placed{*overtaken, Found::existing, "reference"};
    for (const auto& reference : hints_.references)
      if (auto sibling = by_answer_to(reference)) return Placed{*sibling, Found::existing, "reference"};
    if (auto numbered = by_ticket_number()) return Placed{*numbered, Found::existing, "ticket_number"};
    if (auto alike = by_subject()) return Placed{*alike, Found::existing, "subject"};
    return std::nullopt;
  }

 private:
  std::optional<Conversation> of_this_inbox(std::optional<Conversation> found) const {
    return found && found->inbox == inbox_.id ? std::move(found) : std::nullopt;
  }

  std::optional<Conversation> by_signature() const {
    const auto id = parse_id<ConversationId>(hints_.conversation);
    return id ? of_this_inbox(tables_.conversations().find(*id)) : std::nullopt;
  }

  /// An id of our own making cannot be guessed; a customer's may be, so it counts for those whom its message concerns.
  std::optional<Conversation> by_reference(const std::string& external_id) const {
    if (external_id.empty()) return std::nullopt;
    const auto id = tables_.messages().find_by_external(inbox_.id, external_id);
    const auto message = id ? tables_.messages().find(*id) : std::nullopt;
    if (!message) return std::nullopt;
    auto conversation = of_this_inbox(tables_.conversations().find(message->conversation));
    if (!conversation) return std::nullopt;
    const bool ours = message->direction == Direction::out && message->author.id != 0;
    if (ours || concerns(*message, thread_.handle) || has_part_in(*conversation)) return conversation;
    return std::nullopt;
  }

  /// Mails overtake one another: an answer may be here before what it answers. Anybody can name an id that they guess,
  /// so it counts between the same people.
  std::optional<Conversation> by_answer_to(const std::string& external_id) const {
    if (external_id.empty()) return std::nullopt;
    for (const auto id : tables_.messages().awaiting(inbox_.id, external_id)) {
      const auto message = tables_.messages().find(id);
      auto conversation = message ? of_this_inbox(tables_.conversations().find(message->conversation)) : std::nullopt;
      if (conversation && wrote_in(*conversation)) return conversation;
    }
    return std::nullopt;
  }

  std::optional<Conversation> by_ticket_number() const {
    if (hints_.ticket_number <= 0) return std::nullopt;
    auto conversation = of_this_inbox(tables_.conversations().find_by_number(hints_.ticket_number));
    return conversation && has_part_in(*conversation) ? std::move(conversation) : std::nullopt;
  }

  /// The sender's newest conversation about the same.
  std::optional<Conversation> by_subject() const {
    // What is old was about something else, and the open ones are of now.
    if (hints_.subject.empty() || closed_ones_ == ClosedOnes::are_joined) return std::nullopt;
    Agent everybody;
    everybody.all_inboxes = true;
    storage::ConversationFilter theirs;
    theirs.statuses = {ConversationStatus::open, ConversationStatus::pending, ConversationStatus::snoozed,
                       ConversationStatus::resolved};
    theirs.inboxes = {inbox_.id};
    theirs.contact = thread_.contact;
    for (auto& conversation : tables_.conversations().list(everybody, theirs, std::nullopt, compared_subjects_max))
      if (conversation.last_message_at >= now_ - same_subject_window && is_about(conversation.subject, hints_.subject))
        return std::move(conversation);
    return std::nullopt;
  }

  /// What our own people send from the mailbox is theirs to place.
  bool has_part_in(const Conversation& conversation) const {
    return event_.direction == Direction::out || wrote_in(conversation);
  }

  bool wrote_in(const Conversation& conversation) const {
    return conversation.contact == thread_.contact || tables_.messages().wrote_in(conversation.id, thread_.contact);
  }

  ClosedOnes closed_ones_;
  const storage::Tables& tables_;
  Timestamp now_;
  const Inbox& inbox_;
  const Identity& thread_;
  const MessageReceived& event_;
  const PlacementHints& hints_;
};

constexpr int continuations_max = 200;  // of one person's conversations; whoever has more gets one more

/// The newest conversation of this person that goes on from a closed one and can be written to. Those in between may be
/// closed as well.
std::optional<Conversation> open_continuation(const Context& context, const Conversation& closed,
                                              const Identity& thread) {
  const auto& conversations = context.tables.conversations();
  std::set<ConversationId> chain{closed.id};
  std::optional<Conversation> newest;
  for (const auto id : conversations.of_identity(thread.id, closed.id, continuations_max)) {
    auto later = conversations.find(id);
    if (!later || !later->continues || !chain.contains(*later->continues)) continue;
    chain.insert(id);
    if (later->status != ConversationStatus::closed) newest = std::move(later);
  }
  return newest;
}

}  // namespace

Placed place(const Context& context, const Inbox& inbox, const Identity& thread, const MessageReceived& event,
             ClosedOnes closed_ones) {
  if (!event.placement) {
    auto [conversation, how] = find_or_draft(context, inbox, thread, event.subject);
    return {std::move(conversation), how, {}};
  }
  auto placed = Placement(context, inbox, thread, event, closed_ones).find();
  if (!placed) return {draft_conversation(context, inbox, thread, event.subject, nullptr), Found::draft, "new"};
  if (placed->conversation.status != ConversationStatus::closed || closed_ones == ClosedOnes::are_joined)
    return std::move(*placed);
  // What answers by itself opens nothing.
  if (event.automation == Automation::reply) return std::move(*placed);
  if (auto later = open_continuation(context, placed->conversation, thread))
    return {std::move(*later), Found::existing, placed->why};
  return {draft_conversation(context, inbox, thread, event.subject, &placed->conversation), Found::draft, placed->why};
}

}  // namespace inboxd::core
