#include "connectors/email/mail/content_head.hpp"

#include <algorithm>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/gmime.hpp"
#include "connectors/email/mail/header_text.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t value_bytes_max = 16U << 10U;
constexpr std::size_t boundary_bytes_max = 250;  // RFC 2046 allows 70

std::string bounded(std::string_view value) { return std::string(value.substr(0, value_bytes_max)); }

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$&^_.+-").find(c) != std::string_view::npos;
  });
}

std::string parameter(GMimeContentType* type, const char* name) {
  const char* value = g_mime_content_type_get_parameter(type, name);
  return value == nullptr ? std::string() : std::string(value);
}

void read_type(std::string_view value, ContentHead& head) {
  const Ref<GMimeContentType> type(g_mime_content_type_parse(parser_options(), bounded(value).c_str()));
  if (!type) return;
  const char* major = g_mime_content_type_get_media_type(type.get());
  const char* minor = g_mime_content_type_get_media_subtype(type.get());
  head.type = lower_case(major == nullptr ? "" : major);
  head.subtype = lower_case(minor == nullptr ? "" : minor);
  if (!is_token(head.type) || !is_token(head.subtype)) {
    head.type = "application";
    head.subtype = "octet-stream";
  }
  // "text" alone is what some programs mean by text/plain (RFC 2045, section 5.2).
  if (lower_case(trimmed(value.substr(0, value.find(';')))) == "text") {
    head.type = "text";
    head.subtype = "plain";
  }
  head.charset = parameter(type.get(), "charset");
  head.boundary = std::string(trimmed(parameter(type.get(), "boundary"))).substr(0, boundary_bytes_max);
  head.report_type = lower_case(parameter(type.get(), "report-type"));
  head.name = parameter(type.get(), "name");
  head.flowed = lower_case(parameter(type.get(), "format")) == "flowed";
  head.delete_space = lower_case(parameter(type.get(), "delsp")) == "yes";
}

void read_disposition(std::string_view value, ContentHead& head) {
  const Ref<GMimeContentDisposition> disposition(
      g_mime_content_disposition_parse(parser_options(), bounded(value).c_str()));
  if (!disposition) return;
  const char* word = g_mime_content_disposition_get_disposition(disposition.get());
  // What is neither of the two is to be treated as an attachment (RFC 2183, section 2.8).
  head.disposition = lower_case(word == nullptr ? "" : word) == "inline" ? Disposition::shown : Disposition::attached;
  const char* name = g_mime_content_disposition_get_parameter(disposition.get(), "filename");
  if (name != nullptr && *name != '\0') head.name = name;
}

}  // namespace

ContentHead content_head(const Fields& fields, bool digest) {
  ContentHead head;
  const auto type = fields.find("content-type");
  if (!trimmed(type).empty()) {
    read_type(type, head);
  } else if (digest) {
    head.type = "message";
    head.subtype = "rfc822";
  }
  const auto disposition = fields.find("content-disposition");
  if (!disposition.empty()) read_disposition(disposition, head);
  // Programs write encoded words into parameters, against RFC 2231.
  head.name = decode_words(head.name);
  const auto encoding = fields.find("content-transfer-encoding");
  head.encoding = lower_case(trimmed(encoding.substr(0, encoding.find(';'))));
  std::string id = clean_line(fields.find("content-id"));
  if (id.starts_with('<')) id.erase(0, 1);
  if (id.ends_with('>')) id.pop_back();
  if (id.size() <= message_id_bytes_max) head.content_id = id;
  return head;
}

}  // namespace inboxd::connectors::email
