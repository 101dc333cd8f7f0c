// Where a message goes: a phone number, a business-scoped user id, or a group. Called by validation and sending.
#pragma once

#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "schemas/types/inbound.hpp"
#include "schemas/types/outbound.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::connectors::whatsapp {

enum class AddressKind { phone, user, group };

struct Address {
  AddressKind kind = AddressKind::phone;
  std::string value;  // phone: digits without "+"
};

/// The phone number where exactly one is known among the person's ids (not every message may go to a user id), else
/// the user id. Nothing for text that is no address of WhatsApp's.
std::optional<Address> address_of(const Outbound& reply);

/// What an agent typed as the recipient of a first message: a number in international form or a user id.
Result<InboundIdentity> recipient_from(const std::string& to);

/// Sets recipient_type and exactly one of `to` and `recipient`.
void write_address(const Address& address, boost::json::object& message);

}  // namespace inboxd::connectors::whatsapp
