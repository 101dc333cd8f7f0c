// "Test connection": does Graph know the number, and may the token use it? Called by the connector.
#pragma once

#include <optional>

#include "connectors/sdk/connector.hpp"
#include "connectors/whatsapp/account.hpp"

namespace inboxd::connectors::whatsapp {

CheckStep next_step_of_check(const Account& account, const Exchanges& done);
/// What is missing for receiving, found without asking Meta.
std::optional<CheckFinding> missing_settings(const Account& account);

}  // namespace inboxd::connectors::whatsapp
