// Headers and structure behind connectors/email/compose/mail.hpp.
#include "connectors/email/compose/mail.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "connectors/email/addresses.hpp"
#include "connectors/email/compose/body.hpp"
#include "connectors/email/compose/encoding.hpp"
#include "connectors/email/token.hpp"
#include "connectors/sdk/signature.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t references_tail = 20;       // beside the first, where a thread has more
constexpr std::size_t reference_bytes_max = 900;  // a header's line has at most 998
constexpr std::size_t mime_bytes_max = 127;

bool is_message_id(std::string_view id) {
  return id.size() > 2 && id.size() <= reference_bytes_max && id.front() == '<' && id.back() == '>' &&
         std::all_of(id.begin() + 1, id.end() - 1,
                     [](unsigned char c) { return c > 0x20 && c < 0x7F && c != '<' && c != '>'; });
}

std::vector<std::string> references_of(const Outbound& reply) {
  std::vector<std::string> ids;
  for (const auto& id : reply.place.earlier)
    if (is_message_id(id) && std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
  if (is_message_id(reply.reply_to)) {  // last, as what is answered (RFC 5322 3.6.4)
    std::erase(ids, reply.reply_to);
    ids.push_back(reply.reply_to);
  }
  if (ids.size() > references_tail + 1)
    ids.erase(ids.begin() + 1, ids.end() - static_cast<std::ptrdiff_t>(references_tail));
  return ids;
}

bool answers_something(const Outbound& reply) { return !reply.place.earlier.empty() || !reply.reply_to.empty(); }

/// "Re:" as our own language and those of our neighbours write it.
bool has_reply_prefix(std::string_view subject) {
  for (const std::string_view prefix : {"re:", "aw:", "r:", "rif:", "sv:", "antw:", "res:", "ref:"}) {
    if (subject.size() < prefix.size()) continue;
    if (std::equal(prefix.begin(), prefix.end(), subject.begin(),
                   [](char wanted, char given) { return wanted == std::tolower(static_cast<unsigned char>(given)); }))
      return true;
  }
  return false;
}

std::string address_list(std::string_view name, const std::vector<MailAddress>& addresses) {
  if (addresses.empty()) return {};
  std::string line(name);
  for (std::size_t i = 0; i < addresses.size(); ++i) line += (i == 0 ? ": " : ",\r\n ") + header_address(addresses[i]);
  return line + "\r\n";
}

bool is_mime_type(std::string_view mime) {
  const auto slash = mime.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < mime.size() && mime.size() <= mime_bytes_max &&
         std::count(mime.begin(), mime.end(), '/') == 1 && std::all_of(mime.begin(), mime.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("/!#$&-^_.+").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

/// A message or multipart could not be base64 (RFC 2046 5).
std::string file_type(const std::string& mime) {
  const bool structured = mime.starts_with("message/") || mime.starts_with("multipart/");
  return is_mime_type(mime) && !structured ? mime : "application/octet-stream";
}

/// Text pieces run together; blobs stand alone.
class Writer {
 public:
  explicit Writer(std::string boundary_stem) : stem_(std::move(boundary_stem)) {}

  void text(std::string_view more) {
    if (parts_.empty() || parts_.back().blob) parts_.push_back({});
    parts_.back().text += more;
  }
  void blob(const BlobRef& blob) { parts_.push_back({{}, blob}); }

  /// Begins a multipart: its Content-Type, then open_part() for each, then close().
  std::string multipart(std::string_view subtype, std::string_view more = "") {
    std::string boundary = stem_ + std::to_string(++boundaries_);
    text("Content-Type: multipart/" + std::string(subtype) + ";\r\n boundary=\"" + boundary + '"' + std::string(more) +
         "\r\n\r\n");
    return boundary;
  }
  void open_part(const std::string& boundary) { text("--" + boundary + "\r\n"); }
  void close(const std::string& boundary) { text("--" + boundary + "--\r\n"); }
  std::vector<MailPart> take() { return std::move(parts_); }

 private:
  std::string stem_;
  int boundaries_ = 0;
  std::vector<MailPart> parts_;
};

void write_words(Writer& mail, std::string_view subtype, const std::string& words) {
  mail.text("Content-Type: text/" + std::string(subtype) +
            "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(words));
}

void write_file(Writer& mail, const OutboundAttachment& file) {
  const bool shown = is_inline(file);
  const std::string name = file.name.empty() ? "attachment" : file.name;
  mail.text("Content-Type: " + file_type(file.mime) + header_parameter("name", name) +
            "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: " + (shown ? "inline" : "attachment") +
            header_parameter("filename", name) + "\r\n");
  if (shown) mail.text("Content-ID: <" + file.content_id + ">\r\n");
  mail.text("\r\n");
  mail.blob(file.blob);
}

void write_html(Writer& mail, const std::string& html, const std::vector<OutboundAttachment>& files) {
  if (std::none_of(files.begin(), files.end(), is_inline)) return write_words(mail, "html", html);
  const std::string related = mail.multipart("related", ";\r\n type=\"text/html\"");
  mail.open_part(related);
  write_words(mail, "html", html);
  for (const auto& file : files) {
    if (!is_inline(file)) continue;
    mail.open_part(related);
    write_file(mail, file);
  }
  mail.close(related);
}

void write_alternatives(Writer& mail, const ComposedBody& body, const std::vector<OutboundAttachment>& files) {
  const std::string alternative = mail.multipart("alternative");
  mail.open_part(alternative);
  write_words(mail, "plain", body.text);
  mail.open_part(alternative);
  write_html(mail, body.html, files);
  mail.close(alternative);
}

void write_body(Writer& mail, const ComposedBody& body, const std::vector<OutboundAttachment>& files) {
  if (std::all_of(files.begin(), files.end(), is_inline)) return write_alternatives(mail, body, files);
  const std::string mixed = mail.multipart("mixed");
  mail.open_part(mixed);
  write_alternatives(mail, body, files);
  for (const auto& file : files) {
    if (is_inline(file)) continue;
    mail.open_part(mixed);
    write_file(mail, file);
  }
  mail.close(mixed);
}

std::string people(const Outbound& reply, const MailboxSettings& mailbox) {
  const Recipients recipients = recipients_of(reply);
  std::string lines = "From: " + header_address({mailbox.address, mailbox.sender_name}) + "\r\n";
  const std::string tag = conversation_tag(mailbox.signing_key, reply.place.conversation);
  if (mailbox.plus_addresses && !tag.empty())
    lines += "Reply-To: " + header_address({plus_address(mailbox.address, tag), mailbox.sender_name}) + "\r\n";
  lines += recipients.to.empty() ? "To: undisclosed-recipients:;\r\n" : address_list("To", recipients.to);
  return lines + address_list("Cc", recipients.cc);  // never Bcc
}

std::string threading(const Outbound& reply) {
  const auto references = references_of(reply);
  if (references.empty()) return {};
  std::string lines = "In-Reply-To: " + references.back() + "\r\nReferences:";
  for (const auto& id : references) lines += (&id == &references.front() ? " " : "\r\n ") + id;
  return lines + "\r\n";
}

}  // namespace

std::string message_id_of(const Outbound& reply, const MailboxSettings& mailbox) {
  return message_id(mailbox.signing_key, reply.stable_id, domain_of(mailbox.address));
}

std::string subject_of(const Outbound& reply, const MailboxSettings& mailbox) {
  std::string subject = reply.subject;
  if (answers_something(reply) && !has_reply_prefix(subject)) subject = subject.empty() ? "Re:" : "Re: " + subject;
  const std::string tag = "[#" + std::to_string(reply.place.ticket_number) + ']';
  if (!mailbox.subject_tag || reply.place.ticket_number <= 0 || subject.find(tag) != std::string::npos) return subject;
  return subject.empty() ? tag : subject + ' ' + tag;
}

Result<std::vector<MailPart>> composed_mail(const Outbound& reply, const MailboxSettings& mailbox) {
  const auto body = composed_body(reply, mailbox);
  if (!body) return body.error();
  Writer mail("=_" + hmac_sha256_hex("boundary", reply.stable_id).substr(0, 24) + '_');
  mail.text("Date: " + header_date(reply.created_at) + "\r\n" + people(reply, mailbox));
  const std::string subject = subject_of(reply, mailbox);
  if (!subject.empty()) mail.text("Subject: " + header_text(subject) + "\r\n");
  mail.text("Message-ID: " + message_id_of(reply, mailbox) + "\r\n" + threading(reply));
  if (reply.automatic) mail.text("Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n");
  mail.text("MIME-Version: 1.0\r\n");
  write_body(mail, *body, reply.attachments);
  return mail.take();
}

}  // namespace inboxd::connectors::email
