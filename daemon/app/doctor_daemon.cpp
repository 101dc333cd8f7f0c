#include "daemon/app/doctor_daemon.hpp"

#include <thread>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/admin_fields.hpp"
#include "daemon/app/doctor_accounts.hpp"

namespace inboxd::app {
namespace {

using connectors::SelfMessages;

constexpr std::chrono::milliseconds look_interval{250};

Result<boost::json::object> examination_state(const transfers::AdminAnswer& answer) {
  if (answer.reach != transfers::AdminReach::answered) return Error{ErrorCode::internal, answer.detail, {}};
  return fields_of(answer.status, answer.body);
}

/// A state that this version does not know is no failure of the inbox.
connectors::Examined examined_of(const boost::json::object& fields) {
  const auto state = parse_enum<InboxHealthState>(text_in(fields, "state")).value_or(InboxHealthState::degraded);
  return {text_in(fields, "what"),
          {state, text_in(fields, "code"), text_in(fields, "detail"), text_in(fields, "account")}};
}

void examine_inbox(const transfers::AdminClient& daemon, const std::string& inbox, SelfMessages messages,
                   const Tell& tell) {
  const boost::json::object order{{"inbox", inbox}, {"send", messages == SelfMessages::send}};
  auto state = examination_state(daemon.request("POST", "/admin/examinations", boost::json::serialize(order)));
  std::size_t told = 0;
  while (state) {
    const auto* examined = state->if_contains("examined");
    if (examined == nullptr || !examined->is_array()) break;
    for (const auto& all = examined->get_array(); told < all.size(); ++told)
      if (const auto* one = all[told].if_object()) tell_examined(inbox, examined_of(*one), tell);
    if (text_in(*state, "state") != "looking") return;
    std::this_thread::sleep_for(look_interval);
    state = examination_state(daemon.request("GET", "/admin/examinations"));
  }
  const std::string why = state ? "its answer is not understood" : state.error().detail;
  tell(warning("inbox " + inbox + ", examination", "not ended by the daemon: " + why));
}

}  // namespace

void examine_by_daemon(const transfers::AdminClient& daemon, const std::vector<std::string>& inboxes,
                       SelfMessages messages, const Tell& tell) {
  for (const auto& inbox : inboxes) examine_inbox(daemon, inbox, messages, tell);
}

}  // namespace inboxd::app
