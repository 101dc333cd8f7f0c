// Limits of Meta's "Messages", "Media" and "Throughput" pages. Called by connector.cpp.
#include "connectors/whatsapp/capabilities.hpp"

#include "connectors/whatsapp/media_type.hpp"
#include "connectors/whatsapp/send_plan.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

Capabilities written_down() {
  Capabilities can;
  can.formatting = Support::converted;  // HTML becomes *bold* _italic_ ~strike~ ```code```
  can.attachments = Support::full;
  can.replies = Support::full;
  can.edits = Support::rejected;
  can.deletions = Support::rejected;
  can.reactions = Support::full;
  can.templates = Support::full;
  can.starts_conversations = Support::converted;  // only with a template: the window is closed for a new handle
  can.typing = Support::full;
  can.read_receipts = Support::full;
  can.reports_delivered = true;
  can.reports_read = true;
  can.settles_uncertain = true;
  can.text_characters_max = text_characters_max;
  can.caption_characters_max = caption_characters_max;
  can.attachments_max = attachments_max;
  can.media_limits = {{"image/webp", sticker_bytes_max},
                      {"image/", image_bytes_max},
                      {"audio/", audio_bytes_max},
                      {"video/", video_bytes_max},
                      {"", document_bytes_max}};
  can.reply_window = std::chrono::hours(24);
  // 80 messages per second and number; about one in six seconds to one customer, of which 45 may come at once.
  can.inbox_pace = {80, 80};
  can.conversation_pace = {1.0 / 6.0, 45};
  return can;
}

}  // namespace

const Capabilities& whatsapp_capabilities() {
  static const Capabilities capabilities = written_down();
  return capabilities;
}

}  // namespace inboxd::connectors::whatsapp
