// JSON for text, multipart for files: https://core.telegram.org/bots/api#sending-files
#include "connectors/telegram/part_request.hpp"

#include <boost/json/serialize.hpp>

#include "connectors/telegram/api.hpp"
#include "connectors/telegram/entities.hpp"

namespace inboxd::connectors::telegram {
namespace {

struct FileNames {
  std::string_view method;
  std::string_view field;  // also the type in an album
};

FileNames names_of(FileMethod method) {
  switch (method) {
    case FileMethod::photo:
      return {"sendPhoto", "photo"};
    case FileMethod::video:
      return {"sendVideo", "video"};
    case FileMethod::animation:
      return {"sendAnimation", "animation"};
    case FileMethod::audio:
      return {"sendAudio", "audio"};
    case FileMethod::voice:
      return {"sendVoice", "voice"};
    case FileMethod::document:
      return {"sendDocument", "document"};
  }
  return {"sendDocument", "document"};
}

boost::json::object reply_parameters(const PartTarget& target) {
  return {{"message_id", target.reply_to}, {"allow_sending_without_reply", true}};
}

FormField text_field(std::string_view name, std::string text) {
  return {std::string(name), std::move(text), {}, {}, {}};
}

FormField file_field(std::string name, const OutboundAttachment& attachment) {
  const std::string file_name = attachment.name.empty() ? "file" : attachment.name;
  const std::string mime = attachment.mime.empty() ? "application/octet-stream" : attachment.mime;
  return {std::move(name), {}, attachment.blob, file_name, mime};
}

FormBody common_fields(const PartTarget& target) {
  FormBody form;
  if (!target.chat.business_connection.empty())
    form.fields.push_back(text_field("business_connection_id", target.chat.business_connection));
  form.fields.push_back(text_field("chat_id", std::to_string(target.chat.chat_id)));
  if (target.topic_id != 0) form.fields.push_back(text_field("message_thread_id", std::to_string(target.topic_id)));
  if (target.reply_to != 0)
    form.fields.push_back(text_field("reply_parameters", boost::json::serialize(reply_parameters(target))));
  return form;
}

Transfer text_request(const BotSettings& settings, const Part& part, const PartTarget& target) {
  boost::json::object parameters;
  if (!target.chat.business_connection.empty()) parameters["business_connection_id"] = target.chat.business_connection;
  parameters["chat_id"] = target.chat.chat_id;
  if (target.topic_id != 0) parameters["message_thread_id"] = target.topic_id;
  parameters["text"] = part.text.text;
  if (!part.text.spans.empty()) parameters["entities"] = write_entities(part.text);
  if (target.reply_to != 0) parameters["reply_parameters"] = reply_parameters(target);
  return call(settings, "sendMessage", parameters, Effect::visible);
}

Transfer file_request(const BotSettings& settings, const Part& part, const PartTarget& target) {
  const PartFile& file = part.files.front();
  FormBody form = common_fields(target);
  if (!part.text.text.empty()) form.fields.push_back(text_field("caption", part.text.text));
  if (!part.text.spans.empty())
    form.fields.push_back(text_field("caption_entities", boost::json::serialize(write_entities(part.text))));
  const FileNames names = names_of(file.method);
  form.fields.push_back(file_field(std::string(names.field), file.attachment));
  return upload(settings, names.method, std::move(form));
}

/// The album's caption is that of its first item.
Transfer album_request(const BotSettings& settings, const Part& part, const PartTarget& target) {
  FormBody form = common_fields(target);
  boost::json::array media;
  for (std::size_t i = 0; i < part.files.size(); ++i) {
    boost::json::object item{{"type", names_of(part.files[i].method).field},
                             {"media", "attach://file" + std::to_string(i)}};
    if (i == 0 && !part.text.text.empty()) item["caption"] = part.text.text;
    if (i == 0 && !part.text.spans.empty()) item["caption_entities"] = write_entities(part.text);
    media.push_back(std::move(item));
  }
  form.fields.push_back(text_field("media", boost::json::serialize(media)));
  for (std::size_t i = 0; i < part.files.size(); ++i)
    form.fields.push_back(file_field("file" + std::to_string(i), part.files[i].attachment));
  return upload(settings, "sendMediaGroup", std::move(form));
}

}  // namespace

Transfer part_request(const BotSettings& settings, const Part& part, const PartTarget& target) {
  if (part.files.empty()) return text_request(settings, part, target);
  if (part.files.size() == 1) return file_request(settings, part, target);
  return album_request(settings, part, target);
}

}  // namespace inboxd::connectors::telegram
