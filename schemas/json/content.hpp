// The JSON of a message's `content`: what storage keeps and clients see. `null` when there is nothing to say.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "schemas/json/writer.hpp"
#include "schemas/types/content.hpp"
#include "schemas/types/enum_names.hpp"

namespace inboxd {

template <>
struct EnumNames<InteractiveForm> {
  static constexpr std::array<std::pair<InteractiveForm, std::string_view>, 9> table{{
      {InteractiveForm::button, "button"},
      {InteractiveForm::list, "list"},
      {InteractiveForm::form, "form"},
      {InteractiveForm::order, "order"},
      {InteractiveForm::call_permission, "call_permission"},
      {InteractiveForm::poll, "poll"},
      {InteractiveForm::dice, "dice"},
      {InteractiveForm::payment, "payment"},
      {InteractiveForm::web_app, "web_app"},
  }};
};

/// The object, or null for an empty Content.
void write_json(JsonWriter& writer, const Content& content);

boost::json::value content_to_json(const Content& content);
/// Reads what content_to_json wrote; unknown fields are ignored, anything else is an empty Content.
Content content_from_json(const boost::json::value& json);

/// As text; empty for an empty Content.
std::string content_to_text(const Content& content);
Content content_from_text(std::string_view text);

}  // namespace inboxd
