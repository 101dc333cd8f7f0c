// A changed number arrives with the old ids on the message and the new ones in `system`: the new ids name the person,
// the old ones stay aliases, so that the conversation goes on. Called by message.cpp.
#include "connectors/whatsapp/system_message.hpp"

#include <algorithm>

#include "connectors/whatsapp/identity.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

void add_alias(InboundIdentity& identity, const std::string& id) {
  if (id.empty() || id == identity.handle) return;
  if (std::find(identity.aliases.begin(), identity.aliases.end(), id) == identity.aliases.end())
    identity.aliases.push_back(id);
}

InboundIdentity changed_identity(const value& message, const value& system) {
  auto identity =
      identity_of({text_of(system, "wa_id"), text_of(system, "user_id"), text_of(system, "parent_user_id")});
  const PersonIds before{text_of(message, "from"), text_of(message, "from_user_id"),
                         text_of(message, "from_parent_user_id")};
  if (identity.handle.empty()) identity = identity_of(before);
  for (const auto& id : {before.user_id, before.phone, before.parent_user_id, text_of(system, "previous_user_id"),
                         text_of(system, "previous_parent_user_id")})
    add_alias(identity, id);
  if (identity.phone.empty()) identity.phone = e164(before.phone);
  return identity;
}

ActivityContent activity_of(const std::string& type, const value& message, const value& system) {
  if (type == "user_changed_number" || type == "customer_changed_number")
    return {"number_changed", text_of(system, "body")};
  // Only ids changed: nothing that a person would want to read.
  if (type == "user_changed_user_id") return {};
  if (type == "customer_identity_changed" || type == "customer_identity_updated") {
    const bool known = flag_of(member(message, "identity"), "acknowledged");
    return {"identity_changed", std::string("The customer's WhatsApp security code changed (a new phone or a new "
                                            "installation)") +
                                    (known ? "." : ": make sure who it is before you tell anything private.")};
  }
  return {type, text_of(system, "body")};
}

}  // namespace

void read_system_message(const Envelope& envelope, const value& message, Timestamp at, const std::string& path,
                         Reading& reading) {
  const auto& system = member(message, "system");
  auto type = text_of(system, "type");
  if (type.empty() || type.size() > id_bytes_max) return reading.not_understood(path, "is a system message of no type");
  IdentityChanged event;
  event.origin = {"s:" + text_of(message, "id"), envelope.account};
  event.identity = changed_identity(message, system);
  if (!is_id(event.identity.handle)) return reading.not_understood(path, "is a system message about nobody");
  event.activity = activity_of(type, message, system);
  event.at = at;
  reading.add(std::move(event));
}

}  // namespace inboxd::connectors::whatsapp
