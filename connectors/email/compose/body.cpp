// Text and HTML behind connectors/email/compose/body.hpp. Pictures that the agent placed stand as marks in the text
// while it is cleaned: two characters of the private use area around a number, taken out of whatever was given.
#include "connectors/email/compose/body.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include "connectors/email/compose/encoding.hpp"
#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::string_view mark_begin = "\xEE\x80\x80";  // U+E000
constexpr std::string_view mark_end = "\xEE\x80\x81";    // U+E001
constexpr std::size_t content_id_bytes_max = 200;

std::string without(std::string text, std::string_view unwanted) {
  for (auto at = text.find(unwanted); at != std::string::npos; at = text.find(unwanted, at))
    text.erase(at, unwanted.size());
  return text;
}

/// Line ends as "\n", no other control characters but tabs, no marks.
std::string tidied(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else if (static_cast<unsigned char>(text[i]) >= 0x20 || text[i] == '\n' || text[i] == '\t') {
      out += text[i];
    }
  }
  return without(without(std::move(out), mark_begin), mark_end);
}

bool starts_tag(std::string_view html, std::size_t at, std::string_view tag) {
  if (html.size() < at + tag.size() + 1) return false;
  for (std::size_t i = 0; i < tag.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(html[at + i])) != tag[i]) return false;
  return std::isspace(static_cast<unsigned char>(html[at + tag.size()])) != 0;
}

/// Behind the tag's ">", which within quotes is no end.
std::size_t tag_end(std::string_view html, std::size_t at) {
  char quote = '\0';
  for (; at < html.size(); ++at) {
    const char c = html[at];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return html.size();
}

std::optional<std::size_t> shown_by(std::string_view tag, const std::vector<OutboundAttachment>& attachments) {
  const auto at = tag.find("cid:");
  if (at == std::string_view::npos) return std::nullopt;
  const auto rest = tag.substr(at + 4);
  const auto id = rest.substr(0, rest.find_first_of("\"' >"));
  for (std::size_t i = 0; i < attachments.size(); ++i)
    if (is_inline(attachments[i]) && attachments[i].content_id == id) return i;
  return std::nullopt;
}

/// Pictures of ours become marks; any other is dropped with its tag when the HTML is cleaned.
std::string with_marks(std::string_view html, const std::vector<OutboundAttachment>& attachments) {
  constexpr std::string_view picture = "<img";
  std::string out;
  for (std::size_t at = 0; at < html.size();) {
    if (!starts_tag(html, at, picture)) {
      out += html[at++];
      continue;
    }
    const auto end = tag_end(html, at);
    if (const auto number = shown_by(html.substr(at, end - at), attachments))
      out.append(mark_begin).append(std::to_string(*number)).append(mark_end);
    at = end;
  }
  return out;
}

enum class Form { text, html };

std::string picture_of(const OutboundAttachment& attachment, Form form) {
  const std::string name = tidied(attachment.name);
  if (form == Form::text) return '[' + name + ']';
  return "<img src=\"cid:" + attachment.content_id + "\" alt=\"" + to_html(RichText{name, {}}) + "\">";
}

std::string with_pictures(std::string text, const std::vector<OutboundAttachment>& attachments, Form form) {
  for (std::size_t i = 0; i < attachments.size(); ++i) {
    const std::string mark = std::string(mark_begin) + std::to_string(i) + std::string(mark_end);
    const std::string picture = picture_of(attachments[i], form);
    bool placed = false;
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + picture.size())) {
      text.replace(at, mark.size(), picture);
      placed = true;
    }
    if (!placed && form == Form::html && is_inline(attachments[i])) text += "<br>" + picture;
  }
  return text;
}

std::string quote_head(const QuotedMessage& quoted) {
  std::string author = tidied(quoted.author);
  std::replace(author.begin(), author.end(), '\n', ' ');
  return "On " + header_date(quoted.created_at) + ", " + (author.empty() ? "somebody" : author) + " wrote:";
}

std::string quoted_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    out += line.starts_with('>') ? ">" : line.empty() ? ">" : "> ";
    out.append(line).push_back('\n');
    at = end + 1;
  }
  return out;
}

void append_quoted(ComposedBody& body, const QuotedMessage& quoted) {
  auto rich =
      quoted.html.empty() ? Result<RichText>(RichText{tidied(quoted.text), {}}) : parse_html(tidied(quoted.html));
  if (!rich) rich = RichText{tidied(quoted.text), {}};
  const std::string text = quoted.text.empty() ? rich->text : tidied(quoted.text);
  const std::string head = quote_head(quoted);
  body.text += "\n\n" + head + '\n' + quoted_text(text);
  body.html +=
      "<br><div>" + to_html(RichText{head, {}}) + "</div><blockquote type=\"cite\">" + to_html(*rich) + "</blockquote>";
}

void append_signature(ComposedBody& body, const std::string& signature) {
  const std::string text = tidied(signature);
  body.text += "\n\n-- \n" + text;
  body.html += "<br><br><div>-- <br>" + to_html(RichText{text, {}}) + "</div>";
}

}  // namespace

bool is_inline(const OutboundAttachment& attachment) {
  const auto& id = attachment.content_id;
  return !id.empty() && id.size() <= content_id_bytes_max && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == '@' || c == '+' || c == '$';
  });
}

Result<ComposedBody> composed_body(const Outbound& reply, const MailboxSettings& mailbox) {
  RichText rich{tidied(reply.text), {}};
  if (!reply.html.empty()) {
    auto parsed = parse_html(with_marks(tidied(reply.html), reply.attachments));
    if (!parsed) return parsed.error();
    rich = std::move(parsed).value();
  }
  ComposedBody body;
  body.text = reply.text.empty() ? with_pictures(rich.text, reply.attachments, Form::text) : tidied(reply.text);
  body.html = "<div>" + with_pictures(to_html(rich), reply.attachments, Form::html) + "</div>";
  if (!mailbox.signature.empty()) append_signature(body, mailbox.signature);
  if (mailbox.quote && reply.place.quoted) append_quoted(body, *reply.place.quoted);
  body.html = "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>" + body.html + "</body></html>\n";
  return body;
}

}  // namespace inboxd::connectors::email
