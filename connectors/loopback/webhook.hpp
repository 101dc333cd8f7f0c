// Reads a webhook body of the loopback protocol (README.md) into events.
#pragma once

#include <string_view>

#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::loopback {

Inbound read_webhook(std::string_view body);

}  // namespace inboxd::connectors::loopback
