// Splits a reply into messages. Called by send.cpp.
#include "connectors/whatsapp/send_plan.hpp"

#include "connectors/sdk/rich_text.hpp"
#include "connectors/whatsapp/media_type.hpp"

namespace inboxd::connectors::whatsapp {

std::vector<PlannedMessage> plan_of(const Outbound& reply, const std::string& text) {
  std::vector<PlannedMessage> plan;
  for (std::size_t i = 0; i < reply.attachments.size(); ++i) plan.push_back({i, ""});
  if (text.empty()) return plan;
  const auto* first = plan.empty() ? nullptr : media_type_of(reply.attachments.front().mime);
  const bool as_caption =
      first != nullptr && takes_caption(first->form) && code_point_count(text) <= caption_characters_max;
  if (as_caption)
    plan.front().text = text;
  else
    plan.insert(plan.begin(), PlannedMessage{std::nullopt, text});
  return plan;
}

}  // namespace inboxd::connectors::whatsapp
