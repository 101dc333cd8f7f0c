// Uploads, then messages; every message carries the correlation that its statuses give back. Called by connector.cpp
// after validate_reply() let the reply through. By Meta's "Messages" and "Media" references.
#include "connectors/whatsapp/send.hpp"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/address.hpp"
#include "connectors/whatsapp/formatting.hpp"
#include "connectors/whatsapp/media_type.hpp"
#include "connectors/whatsapp/outcome.hpp"
#include "connectors/whatsapp/send_plan.hpp"
#include "connectors/whatsapp/validate.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::object;

/// An upload of 100 MB over a slow line.
constexpr Milliseconds upload_timeout{300'000};

struct Step {
  enum class Kind { upload, message } kind = Kind::message;
  Transfer transfer;  // of an upload; a message's needs the ids of the uploads
  PlannedMessage message;
  Effect effect = Effect::visible;
};

std::string result_id(const Step& step, const Exchange& answer) {
  const auto json = parse_json(answer.body);
  if (!json) return {};
  if (step.kind == Step::Kind::upload) return id_of(*json, "id");
  const auto& messages = array_of(*json, "messages");
  return messages.empty() ? std::string() : text_of(messages.front(), "id");
}

Step upload_step(const Account& account, const OutboundAttachment& attachment) {
  const auto* type = media_type_of(attachment.mime);
  const std::string mime(type != nullptr ? type->mime : "");
  Step step;
  step.kind = Step::Kind::upload;
  step.effect = Effect::invisible;
  step.transfer.label = "upload";
  step.transfer.url = graph_url(account, account.phone_number_id + "/media");
  step.transfer.headers = {bearer(account)};
  const auto name = attachment.name.empty() ? "file" + extension_of(mime) : attachment.name;
  step.transfer.body = FormBody{{{"messaging_product", "whatsapp", std::nullopt, "", ""},
                                 {"type", mime, std::nullopt, "", ""},
                                 {"file", "", attachment.blob, name, mime}}};
  step.transfer.timeout = upload_timeout;
  step.transfer.repeatable = true;
  return step;
}

std::vector<Step> steps_of(const Account& account, const Outbound& reply) {
  std::vector<Step> steps;
  if (reply.action == OutboxAction::react) {
    steps.emplace_back().effect = Effect::invisible;
    return steps;
  }
  if (reply.message_template) {
    steps.emplace_back();
    return steps;
  }
  for (const auto& attachment : reply.attachments) steps.push_back(upload_step(account, attachment));
  for (auto& message : plan_of(reply, marked_up(reply).value())) steps.emplace_back().message = std::move(message);
  return steps;
}

object envelope_of(const Outbound& reply, bool first) {
  object json{{"messaging_product", "whatsapp"}};
  write_address(*address_of(reply), json);
  if (first && !reply.reply_to.empty() && reply.action == OutboxAction::send)
    json["context"] = object{{"message_id", reply.reply_to}};
  return json;
}

bool holds_link(const std::string& text) {
  return text.find("https://") != std::string::npos || text.find("http://") != std::string::npos;
}

void write_media(const Outbound& reply, const PlannedMessage& message, const std::string& media_id, object& json) {
  const auto& attachment = reply.attachments[*message.attachment];
  const auto* type = media_type_of(attachment.mime);
  const auto form = type != nullptr ? type->form : MediaForm::document;
  object media{{"id", media_id}};
  if (!message.text.empty()) media["caption"] = message.text;
  if (form == MediaForm::document && !attachment.name.empty()) media["filename"] = attachment.name;
  const auto name = form_name(form);
  json["type"] = name;
  json[name] = std::move(media);
}

void write_template(const OutboundTemplate& form, object& json) {
  json["type"] = "template";
  json["template"] = object{{"name", form.name},
                            {"language", object{{"code", form.language}}},
                            {"components", boost::json::parse(form.components.empty() ? "[]" : form.components)}};
}

/// `ids` are those of the uploads and of the messages already sent, in the order of the steps.
Transfer message_transfer(const Account& account, const Outbound& reply, const Step& step,
                          const std::vector<std::string>& ids) {
  const bool first = ids.size() == reply.attachments.size();
  auto json = envelope_of(reply, first);
  if (reply.action == OutboxAction::react) {
    json["type"] = "reaction";
    json["reaction"] = object{{"message_id", reply.targets.front()}, {"emoji", reply.emoji}};
  } else if (reply.message_template) {
    write_template(*reply.message_template, json);
  } else if (step.message.attachment) {
    write_media(reply, step.message, ids[*step.message.attachment], json);
  } else {
    json["type"] = "text";
    json["text"] = object{{"preview_url", holds_link(step.message.text)}, {"body", step.message.text}};
  }
  if (!reply.correlation.empty()) json["biz_opaque_callback_data"] = reply.correlation;
  auto transfer =
      graph_message(account, reply.action == OutboxAction::react ? "react" : "send", boost::json::serialize(json));
  // Setting the same reaction twice is the same as once.
  transfer.repeatable = step.effect == Effect::invisible;
  return transfer;
}

}  // namespace

SendStep next_step_of_send(const Account& account, const Outbound& reply, const Exchanges& done) {
  if (const auto valid = validate_reply(reply); !valid) return Rejected{"invalid", valid.error().detail, false};
  const auto steps = steps_of(account, reply);
  const auto uploads = reply.message_template || reply.action == OutboxAction::react ? 0 : reply.attachments.size();
  std::vector<std::string> ids;
  std::optional<SendOutcome> refusal;
  for (const auto& answer : done) {
    if (ids.size() == steps.size()) break;
    const auto& step = steps[ids.size()];
    refusal = refusal_of(answer, step.effect);
    if (refusal) continue;  // the exchange after a refusal is the same step made again
    auto id = result_id(step, answer);
    if (id.empty())
      refusal = garbled_answer(step.effect);
    else
      ids.push_back(std::move(id));
  }
  if (refusal) return *refusal;
  std::vector<std::string> sent;
  if (ids.size() > uploads) sent.assign(ids.begin() + static_cast<std::ptrdiff_t>(uploads), ids.end());
  if (ids.size() == steps.size()) return Accepted{std::move(sent)};
  const auto& next = steps[ids.size()];
  auto transfer = next.kind == Step::Kind::upload ? next.transfer : message_transfer(account, reply, next, ids);
  transfer.partial = {std::move(sent), std::max(ids.size(), uploads) + 1 < steps.size()};
  return transfer;
}

}  // namespace inboxd::connectors::whatsapp
