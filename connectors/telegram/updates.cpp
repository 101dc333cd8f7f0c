// Finds the one field that an Update carries besides its number, and hands it to its reader.
#include "connectors/telegram/updates.hpp"

#include <array>

#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/chat_events.hpp"
#include "connectors/telegram/messages.hpp"
#include "connectors/telegram/people.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;
using Reader = Inbound (*)(const value& content, const UpdateScope& scope);

Inbound read_new(const value& message, const UpdateScope& scope) {
  const auto chat = chat_of(message);
  if (!chat) return {{}, {}, "A message names no chat."};
  return {{read_message(message, *chat, scope)}, {}, {}};
}

Inbound read_edited(const value& message, const UpdateScope& scope) {
  const auto address = address_of(message);
  if (!address) return {{}, {}, "An edited message names no chat or no message."};
  return {{read_edit(message, *address, scope)}, {}, {}};
}

Inbound read_pressed(const value& query, const UpdateScope&) { return read_callback_query(query); }

struct UpdateField {
  std::string_view field;
  Reader read;
};

constexpr std::array updates{
    UpdateField{"message", read_new},
    UpdateField{"edited_message", read_edited},
    UpdateField{"channel_post", read_new},
    UpdateField{"edited_channel_post", read_edited},
    UpdateField{"business_connection", read_business_connection},
    UpdateField{"business_message", read_new},
    UpdateField{"edited_business_message", read_edited},
    UpdateField{"deleted_business_messages", read_business_deletion},
    UpdateField{"callback_query", read_pressed},
    UpdateField{"message_reaction", read_reaction},
    UpdateField{"my_chat_member", read_membership},
};

/// Update types that we do not know are shown where they name a chat, else kept raw.
Inbound read_unknown(const std::string& type, const value& content, const UpdateScope& scope) {
  const value& holder = has(content, "chat") ? content : member(content, "message");
  const auto chat = chat_of(holder);
  if (!chat) return {{}, {}, "The update type " + type + " is not known and names no chat."};
  MessageReceived event;
  event.external_id = to_text(*chat) + ":u" + scope.stamp;
  event.origin.dedupe_key = "u:" + type + ':' + event.external_id + ':' + id_of(content, "date");
  const value& from = member(content, has(content, "from") ? "from" : "user");
  event.thread = chat_identity(*chat, member(holder, "chat"), from);
  if (!private_chat(member(holder, "chat")) && !id_of(from, "id").empty()) event.sender = user_identity(from);
  event.kind = MessageKind::unsupported;
  event.content.detail = UnsupportedContent{type, "This kind of Telegram update is not known here."};
  event.created_at = read_time(content, "date");
  return {{std::move(event)}, {}, {}};
}

/// FNV-1a of the update, for servers that number nothing: the same bytes again are the same update.
std::string hash_of(const value& update) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char byte : boost::json::serialize(update))
    hash = (hash ^ static_cast<unsigned char>(byte)) * 1099511628211U;
  return "h" + std::to_string(hash);
}

}  // namespace

const std::vector<std::string_view>& wanted_updates() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> fields;
    for (const UpdateField& update : updates) fields.push_back(update.field);
    return fields;
  }();
  return names;
}

Inbound read_update(const value& update, const std::string& own_id) {
  const auto* fields = update.if_object();
  if (fields == nullptr) return {{}, {}, "An update is a JSON object, this is something else."};
  UpdateScope scope{id_of(update, "update_id"), own_id};
  if (scope.stamp.empty()) scope.stamp = hash_of(update);
  for (const UpdateField& kind : updates)
    if (has(update, kind.field)) return kind.read(member(update, kind.field), scope);
  for (const auto& field : *fields) {
    const std::string type(field.key().data(), field.key().size());
    if (field.value().is_object()) return read_unknown(type, field.value(), scope);
  }
  return {{}, {}, "The update carries nothing but its number."};
}

}  // namespace inboxd::connectors::telegram
