// Who wrote: one person from the ids that a webhook gives, phone number and business-scoped user id (BSUID) alike.
// Called by the subjects that make events; it never remembers anybody.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::whatsapp {

/// The ids by which one webhook object names a person; any of them may be empty.
struct PersonIds {
  std::string phone;  // wa_id: digits without "+"
  std::string user_id;
  std::string parent_user_id;
};

/// The BSUID is the handle where there is one, because the phone number may be hidden; what else names the person
/// is an alias. Empty handle: nobody is named.
InboundIdentity identity_of(const PersonIds& ids);

/// As above, with name, user name and further ids from the entry of `contacts` that has one of the ids. A single
/// contact beside a single message (`sole`) is its sender even where the phone is written differently.
enum class ContactMatch { by_id, sole };
InboundIdentity identity_of(const PersonIds& ids, const boost::json::value& value, ContactMatch match);

/// "+" and the digits of a phone number that is only digits; empty otherwise.
std::string e164(std::string_view wa_id);

}  // namespace inboxd::connectors::whatsapp
