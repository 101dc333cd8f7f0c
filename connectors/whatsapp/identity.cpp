// Joins the ids of a message with `contacts[]` of the same webhook. Called by message.cpp, calls.cpp and others.
#include "connectors/whatsapp/identity.hpp"

#include <algorithm>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

constexpr std::size_t name_bytes_max = 512;

void add_alias(InboundIdentity& identity, const std::string& id) {
  if (id.empty() || id == identity.handle) return;
  if (std::find(identity.aliases.begin(), identity.aliases.end(), id) == identity.aliases.end())
    identity.aliases.push_back(id);
}

bool names(const boost::json::value& contact, const PersonIds& ids) {
  const auto phone = text_of(contact, "wa_id");
  const auto user = text_of(contact, "user_id");
  return (!phone.empty() && phone == ids.phone) || (!user.empty() && user == ids.user_id);
}

const boost::json::value* contact_of(const PersonIds& ids, const boost::json::value& value, ContactMatch match) {
  const auto& contacts = array_of(value, "contacts");
  for (const auto& contact : contacts)
    if (names(contact, ids)) return &contact;
  return match == ContactMatch::sole && contacts.size() == 1 ? &contacts.front() : nullptr;
}

/// Cut on a character border.
std::string shortened(std::string text) {
  if (text.size() <= name_bytes_max) return text;
  auto end = name_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

}  // namespace

std::string e164(std::string_view wa_id) {
  const bool digits = wa_id.find_first_not_of("0123456789") == std::string_view::npos;
  return digits && wa_id.size() >= 5 && wa_id.size() <= 15 ? "+" + std::string(wa_id) : std::string();
}

InboundIdentity identity_of(const PersonIds& ids) {
  InboundIdentity identity;
  identity.handle = !ids.user_id.empty() ? ids.user_id : !ids.phone.empty() ? ids.phone : ids.parent_user_id;
  add_alias(identity, ids.phone);
  add_alias(identity, ids.parent_user_id);
  identity.phone = e164(ids.phone);
  return identity;
}

InboundIdentity identity_of(const PersonIds& ids, const boost::json::value& value, ContactMatch match) {
  const auto* contact = contact_of(ids, value, match);
  if (contact == nullptr) return identity_of(ids);
  PersonIds joined = ids;
  const auto wa_id = text_of(*contact, "wa_id");
  if (joined.phone.empty()) joined.phone = wa_id;
  if (joined.user_id.empty()) joined.user_id = text_of(*contact, "user_id");
  if (joined.parent_user_id.empty()) joined.parent_user_id = text_of(*contact, "parent_user_id");
  auto identity = identity_of(joined);
  add_alias(identity, wa_id);
  const auto& profile = member(*contact, "profile");
  identity.name = shortened(text_of(profile, "name"));
  identity.username = shortened(text_of(profile, "username"));
  return identity;
}

}  // namespace inboxd::connectors::whatsapp
