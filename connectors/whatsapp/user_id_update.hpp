// The `user_id_update` webhook: a person's business-scoped user id was replaced. Called by normalise.cpp.
#pragma once

#include "connectors/whatsapp/reading.hpp"

namespace inboxd::connectors::whatsapp {

void read_user_id_update(const Envelope& envelope, const boost::json::value& update, const std::string& path,
                         Reading& reading);

}  // namespace inboxd::connectors::whatsapp
