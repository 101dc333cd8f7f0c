#include "daemon/core/context.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace inboxd::core {
namespace {

boost::json::string_view as_json(std::string_view text) { return {text.data(), text.size()}; }

boost::json::value nullable(const std::optional<std::string>& text) {
  return text ? boost::json::value(as_json(*text)) : boost::json::value(nullptr);
}

}  // namespace

void Changes::add(std::string_view field, std::string_view before, std::string_view after) {
  if (before == after) return;
  fields_[as_json(field)] = boost::json::array{as_json(before), as_json(after)};
}

void Changes::add_text(std::string_view field, const std::optional<std::string>& before,
                       const std::optional<std::string>& after) {
  if (before == after) return;
  fields_[as_json(field)] = boost::json::array{nullable(before), nullable(after)};
}

void Changes::add(std::string_view field, const std::vector<std::string>& before,
                  const std::vector<std::string>& after) {
  if (before == after) return;
  fields_[as_json(field)] = boost::json::array{boost::json::array(before.begin(), before.end()),
                                               boost::json::array(after.begin(), after.end())};
}

void Changes::set(std::string_view field, boost::json::value value) { fields_[as_json(field)] = std::move(value); }

std::string Changes::text() const { return fields_.empty() ? std::string() : boost::json::serialize(fields_); }

std::int64_t record(Context& context, const Conversation& conversation, EventType type, const Changes& changes) {
  return context.tables.events().append({0, type, conversation.inbox, conversation.id, conversation.id.value,
                                         conversation.version, context.actor, std::string(context.cause),
                                         changes.text(), context.now});
}

std::int64_t record(Context& context, const Message& message, EventType type, const Changes& changes) {
  return context.tables.events().append({0, type, message.inbox, message.conversation, message.id.value,
                                         message.version, context.actor, std::string(context.cause), changes.text(),
                                         context.now});
}

std::int64_t record(Context& context, const Contact& contact, std::optional<InboxId> inbox, EventType type,
                    const Changes& changes) {
  return context.tables.events().append({0, type, inbox, std::nullopt, contact.id.value, contact.version, context.actor,
                                         std::string(context.cause), changes.text(), context.now});
}

std::int64_t record(Context& context, const Inbox& inbox, const Changes& changes) {
  return context.tables.events().append({0, EventType::inbox_health, inbox.id, std::nullopt, inbox.id.value,
                                         inbox.version, context.actor, std::string(context.cause), changes.text(),
                                         context.now});
}

std::int64_t record(Context& context, const Agent& agent, EventType type, const Changes& changes) {
  return context.tables.events().append({0, type, std::nullopt, std::nullopt, agent.id.value, agent.version,
                                         context.actor, std::string(context.cause), changes.text(), context.now});
}

void audit(Context& context, std::string_view object_type, std::int64_t object, const Changes& changes) {
  context.tables.audit().insert(
      {0, context.now, context.actor, std::string(context.cause), std::string(object_type), object, changes.text()});
}

}  // namespace inboxd::core
