#include "daemon/core/visitors/visit.hpp"

#include <algorithm>

#include "daemon/core/contacts/change.hpp"
#include "daemon/core/contacts/identify.hpp"
#include "daemon/core/visitors/chat.hpp"

namespace inboxd::core {
namespace {

using connectors::VouchedPerson;

Error anonymous_refused() { return forbidden("this chat is for people who are signed in; send `user_token`"); }
Error ended() { return {ErrorCode::unauthenticated, "this session has ended; open a new one", {}}; }

Context as_customer(Context& context, const Identity& identity) {
  return {context.tables, context.now, {ActorKind::contact, identity.contact.value}, context.cause};
}

bool anonymous_only(const Contact& contact) {
  return std::none_of(contact.identities.begin(), contact.identities.end(),
                      [](const Identity& identity) { return identity.verified; });
}

void vouch(Context& context, Identity identity, const VouchedPerson& person) {
  identity.verified = true;
  const auto before = identity.name;
  if (!person.name.empty()) identity.name = person.name;
  store_identity(context, identity, [&](Contact& contact) {
    const bool ours =
        contact.name == before || contact.name == identity.handle ||
        std::find(identity.aliases.begin(), identity.aliases.end(), contact.name) != identity.aliases.end();
    if (!person.name.empty() && ours) contact.name = person.name;
    if (!person.email.empty()) contact.attributes["email"] = person.email;
  });
}

/// Nobody reads there any more: an agent who answers is told.
void leave_behind(Context& context, Identity identity) {
  identity.unreachable_since = context.now;
  store_identity(context, identity);
}

/// A known customer is recognised. What they wrote before goes to them with their anonymous contact; where that one
/// was joined with somebody else's by an agent, it stays where it is.
void recognise(Context& context, Visitor& visitor, const Identity& own, const Identity& known,
               const VouchedPerson& person) {
  Context acting = as_customer(context, known);
  if (own.contact != known.contact) {
    auto from = context.tables.contacts().find(own.contact);
    auto into = context.tables.contacts().find(known.contact);
    if (!from || !into || !anonymous_only(*from)) {
      leave_behind(acting, own);
      visitor.identity = known.id;
      return;
    }
    join_contacts(acting, *into, *from);
  }
  // The talk under way goes on where it is, under the known customer's contact.
  vouch(acting, *context.tables.contacts().find_identity(own.id), person);
}

void become_known(Context& context, Visitor& visitor, const VouchedPerson& person) {
  auto& contacts = context.tables.contacts();
  const auto handle = handle_of_subject(person.subject);
  const auto own = visitor.identity ? contacts.find_identity(*visitor.identity) : std::nullopt;
  const auto known = contacts.find_identity(visitor.inbox, handle);
  if (!own) {
    if (known) visitor.identity = known->id;
    return;
  }
  if (known) return recognise(context, visitor, *own, *known, person);
  const auto contact = contacts.find(own->contact);
  Context acting = as_customer(context, *own);
  if (!contact || !anonymous_only(*contact)) {
    leave_behind(acting, *own);
    visitor.identity.reset();
    return;
  }
  contacts.rename_identity(own->id, handle);
  vouch(acting, *contacts.find_identity(own->id), person);
}

/// Once the talk that began anonymously is over, the browser follows the customer's own.
void follow_own_history(Context& context, Visitor& visitor) {
  const auto known = context.tables.contacts().find_identity(visitor.inbox, handle_of_subject(visitor.subject));
  if (!known || visitor.identity == known->id) return;
  const auto conversation = conversation_of(context.tables, visitor);
  if (!conversation || conversation->status == ConversationStatus::closed) visitor.identity = known->id;
}

void identify_visitor(Context& context, Visitor& visitor, const VouchedPerson& person) {
  if (visitor.subject.empty()) become_known(context, visitor, person);
  visitor.subject = person.subject;
  if (!person.name.empty()) visitor.name = person.name;
  if (!person.email.empty()) visitor.email = person.email;
  follow_own_history(context, visitor);
}

}  // namespace

std::string handle_of_subject(const std::string& subject) { return "user:" + subject; }

Result<Visit> open_visit(Context& context, const connectors::VisitorRules& rules, const OpenVisit& command) {
  auto& visitors = context.tables.visitors();
  auto known = command.token_hash.empty() ? std::nullopt : visitors.find_by_token(command.inbox, command.token_hash);
  if (known && known->ended_at) known.reset();
  // Who was vouched for once stays known by their token: proofs live minutes, a visit lives weeks.
  const bool vouched_for = command.person || (known && !known->subject.empty());
  if (rules.identity_required && !vouched_for) return anonymous_refused();
  const bool another = known && command.person && !known->subject.empty() && known->subject != command.person->subject;
  const bool recognised = known && command.person && known->subject.empty();
  Visit visit;
  if (known && !another) visit.visitor = *known;
  if (another || recognised) {
    // Somebody else signs in at this browser, or the visitor turns out to be somebody: the token ends here.
    known->ended_at = context.now;
    visitors.update(*known);
    visit.ended = known->id;
  }
  if (!known || another) {
    visit.how = Arrived::fresh;
    visit.visitor.inbox = command.inbox;
    visit.visitor.handle = command.fresh_handle;
    visit.visitor.created_at = context.now;
  } else if (recognised) {
    visit.how = Arrived::renewed;
  }
  visit.visitor.last_seen_at = context.now;
  if (!command.language.empty()) visit.visitor.language = command.language;
  if (command.person) identify_visitor(context, visit.visitor, *command.person);
  if (visit.how == Arrived::known) {
    visitors.update(visit.visitor);
  } else {
    visit.visitor.id = visitors.insert(visit.visitor, command.fresh_token_hash);
  }
  return visit;
}

Result<VisitorId> end_visit(Context& context, InboxId inbox, VisitorId id) {
  auto visitor = context.tables.visitors().find(id);
  if (!visitor || visitor->inbox != inbox || visitor->ended_at) return ended();
  visitor->ended_at = context.now;
  context.tables.visitors().update(*visitor);
  // Only this token led to an anonymous visitor's talk; a known one comes back by signing in.
  if (!visitor->subject.empty() || !visitor->identity) return id;
  if (const auto identity = context.tables.contacts().find_identity(*visitor->identity)) {
    Context acting = as_customer(context, *identity);
    leave_behind(acting, *identity);
  }
  return id;
}

Result<Visitor> visiting(const storage::Tables& tables, const connectors::VisitorRules& rules, InboxId inbox,
                         VisitorId id) {
  const auto visitor = tables.visitors().find(id);
  if (!visitor || visitor->inbox != inbox || visitor->ended_at) return ended();
  if (rules.identity_required && visitor->subject.empty()) return anonymous_refused();
  return *visitor;
}

}  // namespace inboxd::core
