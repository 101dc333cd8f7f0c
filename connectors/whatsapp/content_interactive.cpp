// Answers to something clickable, forms, and orders. Called by content.cpp.
#include <array>
#include <charconv>

#include "connectors/sdk/json_access.hpp"
#include "connectors/whatsapp/content.hpp"

namespace inboxd::connectors::whatsapp {
namespace {

using boost::json::value;

constexpr std::size_t order_items_max = 500;

MessageBody answer(InteractiveContent content, std::string text) {
  MessageBody body;
  body.kind = MessageKind::interactive;
  body.text = std::move(text);
  body.content.detail = std::move(content);
  return body;
}

MessageBody reply(const value& chosen, InteractiveForm form) {
  InteractiveContent content;
  content.form = form;
  content.id = text_of(chosen, "id");
  content.title = text_of(chosen, "title");
  content.description = text_of(chosen, "description");
  return answer(content, content.title);
}

/// nfm_reply: a filled flow; `response_json` is JSON inside a string.
MessageBody filled_form(const value& form) {
  InteractiveContent content;
  content.form = InteractiveForm::form;
  content.title = text_of(form, "name");
  auto fields = text_of(form, "response_json");
  if (parse_json(fields))
    content.fields = std::move(fields);
  else
    content.description = std::move(fields);
  return answer(content, text_of(form, "body"));
}

MessageBody call_permission(const value& permission) {
  InteractiveContent content;
  content.form = InteractiveForm::call_permission;
  content.id = text_of(permission, "response");
  if (content.id == "accept") content.title = "You may call";
  if (content.id == "reject") content.title = "Please do not call";
  return answer(content, "");
}

/// A price is a JSON number such as 7.99, kept as the shortest decimal that means it.
std::string decimal_of(const value& item, std::string_view key) {
  const auto& price = member(item, key);
  if (!price.is_double()) return id_of(item, key);
  std::array<char, 64> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), price.get_double());
  return error == std::errc{} ? std::string(digits.data(), end) : std::string();
}

}  // namespace

MessageBody interactive_body(const value& interactive) {
  const auto type = text_of(interactive, "type");
  const auto& object = member(interactive, type);
  if (type == "button_reply") return reply(object, InteractiveForm::button);
  if (type == "list_reply") return reply(object, InteractiveForm::list);
  if (type == "nfm_reply") return filled_form(object);
  if (type == "call_permission_reply") return call_permission(object);
  return unsupported_body("interactive." + type,
                          "This kind of WhatsApp answer is not known here; the original is kept.");
}

MessageBody button_body(const value& button) {
  InteractiveContent content;
  content.form = InteractiveForm::button;
  content.id = text_of(button, "payload");
  content.title = text_of(button, "text");
  return answer(content, content.title);
}

MessageBody order_body(const value& order) {
  InteractiveContent content;
  content.form = InteractiveForm::order;
  content.id = id_of(order, "catalog_id");
  for (const auto& item : array_of(order, "product_items"))
    if (content.items.size() < order_items_max)
      content.items.push_back({id_of(item, "product_retailer_id"), integer_of(item, "quantity"),
                               decimal_of(item, "item_price"), text_of(item, "currency")});
  return answer(content, text_of(order, "text"));
}

}  // namespace inboxd::connectors::whatsapp
