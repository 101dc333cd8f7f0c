// Service messages, which tell that something happened in a chat, as activities.
#include <array>

#include "connectors/sdk/json_access.hpp"
#include "connectors/telegram/message_kinds.hpp"
#include "connectors/telegram/people.hpp"

namespace inboxd::connectors::telegram {
namespace {

using boost::json::value;

struct Service {
  std::string_view field;
  std::string_view action;
};

constexpr std::array services{
    Service{"new_chat_members", "member_joined"},
    Service{"left_chat_member", "member_left"},
    Service{"new_chat_title", "title_changed"},
    Service{"new_chat_photo", "photo_changed"},
    Service{"delete_chat_photo", "photo_removed"},
    Service{"group_chat_created", "chat_created"},
    Service{"supergroup_chat_created", "chat_created"},
    Service{"channel_chat_created", "chat_created"},
    Service{"message_auto_delete_timer_changed", "auto_delete_changed"},
    Service{"migrate_to_chat_id", "chat_migrated"},
    Service{"migrate_from_chat_id", "chat_migrated"},
    Service{"pinned_message", "message_pinned"},
    Service{"successful_payment", "payment_succeeded"},
    Service{"refunded_payment", "payment_refunded"},
    Service{"users_shared", "users_shared"},
    Service{"user_shared", "users_shared"},
    Service{"chat_shared", "chat_shared"},
    Service{"connected_website", "website_connected"},
    Service{"write_access_allowed", "write_access_allowed"},
    Service{"passport_data", "passport_shared"},
    Service{"proximity_alert_triggered", "proximity_alert"},
    Service{"boost_added", "chat_boosted"},
    Service{"chat_background_set", "background_changed"},
    Service{"checklist_tasks_done", "checklist_tasks_done"},
    Service{"checklist_tasks_added", "checklist_tasks_added"},
    Service{"forum_topic_created", "topic_created"},
    Service{"forum_topic_edited", "topic_edited"},
    Service{"forum_topic_closed", "topic_closed"},
    Service{"forum_topic_reopened", "topic_reopened"},
    Service{"general_forum_topic_hidden", "topic_hidden"},
    Service{"general_forum_topic_unhidden", "topic_unhidden"},
    Service{"gift", "gift_sent"},
    Service{"unique_gift", "gift_sent"},
    Service{"giveaway_created", "giveaway_created"},
    Service{"giveaway", "giveaway_created"},
    Service{"giveaway_winners", "giveaway_completed"},
    Service{"giveaway_completed", "giveaway_completed"},
    Service{"paid_message_price_changed", "message_price_changed"},
    Service{"direct_message_price_changed", "message_price_changed"},
    Service{"suggested_post_approved", "post_approved"},
    Service{"suggested_post_approval_failed", "post_approval_failed"},
    Service{"suggested_post_declined", "post_declined"},
    Service{"suggested_post_paid", "post_paid"},
    Service{"suggested_post_refunded", "post_refunded"},
    Service{"video_chat_scheduled", "video_chat_scheduled"},
    Service{"video_chat_started", "video_chat_started"},
    Service{"video_chat_ended", "video_chat_ended"},
    Service{"video_chat_participants_invited", "video_chat_invited"},
    Service{"chat_owner_left", "owner_left"},
    Service{"chat_owner_changed", "owner_changed"},
    Service{"poll_option_added", "poll_option_added"},
    Service{"poll_option_deleted", "poll_option_deleted"},
};

std::string payment_text(const value& payment) {
  return id_of(payment, "total_amount") + ' ' + text_of(payment, "currency") + " (smallest unit)";
}

/// What a person would ask next: who joined, which title, where to.
std::string detail_of(const value& message, std::string_view field) {
  const value& found = member(message, field);
  if (field == "new_chat_members") {
    std::string names;
    for (const value& user : array_of(message, field)) names += (names.empty() ? "" : ", ") + display_name(user);
    return names;
  }
  if (field == "left_chat_member") return display_name(found);
  if (field == "pinned_message") return text_of(found, "text");
  if (field == "successful_payment" || field == "refunded_payment") return payment_text(found);
  if (found.is_string() || found.is_int64()) return id_of(message, field);
  return text_of(found, "name");
}

}  // namespace

bool read_service_message(const value& message, MessageReceived& event) {
  for (const Service& service : services) {
    if (!has(message, service.field)) continue;
    event.kind = MessageKind::activity;
    event.content.detail = ActivityContent{std::string(service.action), detail_of(message, service.field)};
    // A group that became a supergroup is one conversation under two ids.
    for (const auto* key : {"migrate_to_chat_id", "migrate_from_chat_id"})
      if (has(message, key)) event.thread.aliases.push_back(id_of(message, key));
    return true;
  }
  return false;
}

}  // namespace inboxd::connectors::telegram
