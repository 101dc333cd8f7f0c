// Previous and current ids of one person, as services in front of Meta may still forward them; Meta itself sends system
// messages (changelog of 2026-08-11: no field to subscribe to). The current ones name the person from now on, the
// previous ones stay aliases. Nothing is shown in the conversation: only the name that Meta gives changed. Called by
// normalise.cpp.
#include "connectors/whatsapp/user_id_update.hpp"

#include "connectors/whatsapp/identity.hpp"

namespace inboxd::connectors::whatsapp {

void read_user_id_update(const Envelope& envelope, const boost::json::value& update, const std::string& path,
                         Reading& reading) {
  const auto& user = member(update, "user_id");
  const auto& parent = member(update, "parent_user_id");
  IdentityChanged event;
  event.identity = identity_of({text_of(update, "wa_id"), text_of(user, "current"), text_of(parent, "current")});
  for (const auto& old : {text_of(user, "previous"), text_of(parent, "previous")})
    if (is_id(old) && old != event.identity.handle) event.identity.aliases.push_back(old);
  if (!is_id(text_of(user, "current"))) return reading.not_understood(path, "names no current user id");
  event.origin = {"u:" + text_of(user, "previous") + ":" + event.identity.handle, envelope.account};
  event.at = time_of(update, "timestamp", envelope.sent_at);
  reading.add(std::move(event));
}

}  // namespace inboxd::connectors::whatsapp
