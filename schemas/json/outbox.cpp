#include "schemas/json/outbox.hpp"

#include "schemas/json/fields.hpp"
#include "schemas/json/reader.hpp"

namespace inboxd {

using json_fields::field;

std::string payload_to_text(const OutboxPayload& payload) {
  if (payload == OutboxPayload{}) return {};
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  if (payload.message_template) {
    writer.key("template");
    writer.begin_object();
    field(writer, "name", payload.message_template->name);
    field(writer, "language", payload.message_template->language);
    field(writer, "components", payload.message_template->components);
    writer.end_object();
  }
  if (!payload.emoji.empty()) field(writer, "emoji", payload.emoji);
  if (!payload.text.empty()) field(writer, "text", payload.text);
  if (!payload.html.empty()) field(writer, "html", payload.html);
  if (!payload.targets.empty()) field(writer, "targets", payload.targets);
  if (!payload.partial.delivered.empty()) field(writer, "delivered", payload.partial.delivered);
  if (payload.partial.more_to_come) field(writer, "more_to_come", true);
  if (!payload.parts.empty()) field(writer, "parts", payload.parts);
  writer.end_object();
  return text;
}

OutboxPayload payload_from_text(std::string_view text) {
  const auto json = json_reader::parse(text);
  if (!json) return {};
  OutboxPayload payload;
  if (const auto& form = json_reader::field(*json, "template"); form.is_object())
    payload.message_template = OutboundTemplate{json_reader::text(form, "name"), json_reader::text(form, "language"),
                                                json_reader::text(form, "components")};
  payload.emoji = json_reader::text(*json, "emoji");
  payload.text = json_reader::text(*json, "text");
  payload.html = json_reader::text(*json, "html");
  payload.targets = json_reader::texts(*json, "targets");
  payload.partial.delivered = json_reader::texts(*json, "delivered");
  payload.partial.more_to_come = json_reader::flag(*json, "more_to_come");
  payload.parts = json_reader::texts(*json, "parts");
  return payload;
}

}  // namespace inboxd
