// Limits of Meta's "Messages" reference for each action. Called by connector.cpp and, as a guard, by send.cpp.
#include "connectors/whatsapp/validate.hpp"

#include "connectors/sdk/rich_text.hpp"
#include "connectors/whatsapp/address.hpp"
#include "connectors/whatsapp/formatting.hpp"
#include "connectors/whatsapp/media_type.hpp"
#include "connectors/whatsapp/send_plan.hpp"
#include "connectors/whatsapp/template_check.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

/// The longest emoji are families of joined faces.
constexpr std::size_t emoji_bytes_max = 64;
constexpr std::size_t external_id_bytes_max = 512;

Result<void> validate_attachment(const OutboundAttachment& attachment) {
  const auto* type = media_type_of(attachment.mime);
  const auto name = attachment.name.empty() ? std::string("An attachment") : "\"" + attachment.name + "\"";
  if (type == nullptr)
    return bad_request(name + " is " + (attachment.mime.empty() ? "of no known type" : attachment.mime) +
                       ", which WhatsApp does not take. It takes JPEG and PNG, MP4 and 3GP, AAC, AMR, MP3, M4A and "
                       "Ogg/Opus, PDF, Office and text files, and WebP as a sticker.");
  const auto limit = bytes_max_of(type->form);
  if (attachment.blob.size > limit)
    return Error{ErrorCode::payload_too_large,
                 name + " is too large: WhatsApp takes at most " + std::to_string(limit >> 10U) + " KiB of " +
                     std::string(form_name(type->form)) + ".",
                 {}};
  if (attachment.blob.size == 0) return bad_request(name + " is empty; WhatsApp takes no empty file.");
  return {};
}

Result<void> validate_message(const Outbound& reply) {
  const auto text = marked_up(reply);
  if (!text) return text.error();
  if (text.value().empty() && reply.attachments.empty()) return bad_request("There is nothing to send.");
  if (const auto length = code_point_count(text.value()); length > text_characters_max)
    return bad_request("The text has " + std::to_string(length) + " characters; WhatsApp takes at most " +
                       std::to_string(text_characters_max) + ".");
  if (reply.attachments.size() > attachments_max)
    return bad_request("At most " + std::to_string(attachments_max) + " attachments can go with one reply.");
  for (const auto& attachment : reply.attachments)
    if (auto valid = validate_attachment(attachment); !valid) return valid;
  return {};
}

Result<void> validate_reaction(const Outbound& reply) {
  if (reply.targets.empty() || reply.targets.front().empty())
    return bad_request("The message to react to is not known to WhatsApp.");
  if (reply.emoji.size() > emoji_bytes_max) return bad_request("A reaction is one emoji.");
  return {};
}

}  // namespace

Result<void> validate_reply(const Outbound& reply) {
  if (!address_of(reply))
    return bad_request("The recipient is neither a phone number in international form nor a WhatsApp user id.");
  if (reply.reply_to.size() > external_id_bytes_max) return bad_request("The quoted message's id is too long.");
  switch (reply.action) {
    case OutboxAction::send:
      break;
    case OutboxAction::edit:
      return bad_request("WhatsApp's Cloud API cannot change a message that was sent.");
    case OutboxAction::erase:
      return bad_request("WhatsApp's Cloud API cannot take a message back.");
    case OutboxAction::react:
      return validate_reaction(reply);
  }
  if (!reply.message_template) return validate_message(reply);
  if (!reply.attachments.empty())
    return bad_request("A template carries its file in its header component; attachments go in a reply of their own.");
  return check_template(*reply.message_template);
}

}  // namespace inboxd::connectors::whatsapp
