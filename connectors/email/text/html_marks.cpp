// The tables of the mail programs' marks.
#include "connectors/email/text/html_marks.hpp"

#include <algorithm>
#include <iterator>

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t style_bytes_max = 4096;

// Gmail, Yahoo, Thunderbird, Proton Mail, Zoho, Tuta, Mailbird, Spark, Front, Apple Mail; "x_" is what Outlook on the
// web puts in front of them in an answer.
constexpr std::string_view quotation_classes[] = {
    "gmail_quote",       "gmail_quote_container", "yahoo_quoted",         "moz-cite-prefix", "protonmail_quote",
    "zmail_extra",       "tutanota_quote",        "front-blockquote",     "gmail_attr",      "x_gmail_quote",
    "x_moz-cite-prefix", "x_yahoo_quoted",        "moz-forward-container"};
constexpr std::string_view quote_classes[] = {"gmail_quote", "protonmail_quote", "tutanota_quote", "x_gmail_quote",
                                              "front-blockquote"};
constexpr std::string_view quotation_ids[] = {"yahoo_quoted", "replySplit", "isReplyContent"};
constexpr std::string_view to_end_ids[] = {"divRplyFwdMsg",        "x_divRplyFwdMsg",
                                           "appendonsend",         "x_appendonsend",
                                           "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container"};
constexpr std::string_view signature_classes[] = {"gmail_signature",   "gmail_signature_prefix",
                                                  "moz-signature",     "protonmail_signature_block",
                                                  "x_gmail_signature", "x_moz-signature"};
constexpr std::string_view signature_ids[] = {"Signature", "x_Signature", "AppleMailSignature",
                                              "ms-outlook-mobile-signature"};

template <std::size_t Count>
bool is_one_of(const std::string_view (&names)[Count], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::string_view value_of(const HtmlToken& start, std::string_view name) {
  const HtmlAttribute* attribute = start.attribute(name);
  return attribute == nullptr ? std::string_view() : attribute->value;
}

std::string compact(std::string_view style) {
  std::string out;
  for (const char c : style.substr(0, style_bytes_max))
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r')
      out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// "max-height:0" but not "max-height:0.5em" or "max-height:04px".
bool has_zero(std::string_view style, std::string_view property) {
  const auto found = style.find(property);
  if (found == std::string_view::npos) return false;
  const std::string_view after = style.substr(found + property.size());
  return after.size() < 2 || (after[1] != '.' && (after[1] < '0' || after[1] > '9'));
}

void add_class(ElementMarks& marks, std::string_view name, bool blockquote) {
  if (is_one_of(quotation_classes, name)) marks.quotation = true;
  if (blockquote && is_one_of(quote_classes, name)) marks.quote = true;
  if (is_one_of(signature_classes, name)) marks.signature = true;
}

}  // namespace

ElementMarks marks_of(const HtmlToken& start) {
  ElementMarks marks;
  const bool blockquote = start.name == "blockquote";
  std::string_view classes = value_of(start, "class").substr(0, style_bytes_max);
  while (!classes.empty()) {
    const std::size_t end = std::min(classes.find_first_of(" \t\r\n"), classes.size());
    add_class(marks, classes.substr(0, end), blockquote);
    classes.remove_prefix(std::min(end + 1, classes.size()));
  }
  const std::string_view type = value_of(start, "type");
  if (blockquote && (type == "cite" || type == "CITE")) marks.quote = true;
  const std::string_view id = value_of(start, "id");
  if (is_one_of(quotation_ids, id) || (id.starts_with("ydp") && id.ends_with("yahoo_quoted"))) marks.quotation = true;
  if (is_one_of(to_end_ids, id)) marks.to_end = true;
  if (is_one_of(signature_ids, id)) marks.signature = true;
  return marks;
}

bool is_hidden(const HtmlToken& start) {
  if (start.attribute("hidden") != nullptr) return true;
  const std::string_view written = value_of(start, "style");
  if (written.empty()) return false;
  const std::string style = compact(written);
  const auto has = [&](std::string_view words) { return style.find(words) != std::string::npos; };
  return has("display:none") || has("visibility:hidden") || has("mso-hide:all") ||
         (has("overflow:hidden") && has_zero(style, "max-height:0"));
}

}  // namespace inboxd::connectors::email
