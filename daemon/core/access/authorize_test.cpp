// The whole matrix: action by role by membership.
#include "daemon/core/access/authorize.hpp"

#include <map>

#include "tests/support/catch.hpp"

namespace inboxd::core {
namespace {

const std::map<Action, Role> least{
    {Action::see, Role::agent},
    {Action::reply, Role::agent},
    {Action::note, Role::agent},
    {Action::change_conversation, Role::agent},
    {Action::start_conversation, Role::agent},
    {Action::change_contact, Role::agent},
    {Action::settle_own_send, Role::agent},
    {Action::settle_send, Role::lead},
    {Action::merge_contacts, Role::lead},
    {Action::see_quarantine, Role::lead},
    {Action::operate_outbox, Role::admin},
    {Action::change_users, Role::admin},
    {Action::see_audit, Role::admin},
};

TEST_CASE("authorize: what one may not see is hidden, what one may not do is denied, for every role and action") {
  constexpr InboxId own{1};
  constexpr InboxId other{2};
  CHECK(least.size() == EnumNames<Action>::table.size());
  for (const auto& [role, role_name] : EnumNames<Role>::table)
    for (const auto& [action, minimum] : least) {
      INFO(role_name << " " << enum_name(action));
      const auto where_seen = role >= minimum ? Access::allowed : Access::denied;
      Agent member;
      member.role = role;
      member.inboxes = {own};
      CHECK(authorize(member, action, {own}) == where_seen);
      CHECK(authorize(member, action, {other}) == Access::hidden);
      CHECK(authorize(member, action, {}) == where_seen);
      Agent everywhere = member;
      everywhere.all_inboxes = true;
      CHECK(authorize(everywhere, action, {other}) == where_seen);
      Agent nowhere;
      nowhere.role = role;
      CHECK(authorize(nowhere, action, {own}) == Access::hidden);
      everywhere.disabled_at = Timestamp{};
      CHECK(authorize(everywhere, action, {own}) == Access::hidden);
      CHECK(authorize(everywhere, action, {}) == Access::hidden);
    }
}

TEST_CASE("require: hidden is 404 without a hint, denied is 403 and says whose it is") {
  Agent agent;
  agent.inboxes = {InboxId{1}};
  CHECK(require(agent, Action::see, {InboxId{1}}, "conversation cv_9"));
  CHECK(require(agent, Action::see, {InboxId{2}}, "conversation cv_9").error().code == ErrorCode::not_found);
  const auto denied = require(agent, Action::settle_send, {InboxId{1}}, "message ms_1");
  CHECK(denied.error().code == ErrorCode::forbidden);
  CHECK(denied.error().detail.find("lead") != std::string::npos);
}

}  // namespace
}  // namespace inboxd::core
