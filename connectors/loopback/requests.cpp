#include "connectors/loopback/requests.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

#include "schemas/json/fields.hpp"

namespace inboxd::connectors::loopback {
namespace {

using json_fields::field;
using json_fields::put;

std::string path_segment(const std::string& text) { return boost::urls::encode(text, boost::urls::unreserved_chars); }

/// A JSON object of text members, empty ones left out.
TextBody object(std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  TextBody body;
  JsonWriter writer(body.text);
  writer.begin_object();
  for (const auto& [key, text] : members) put(writer, key, text);
  writer.end_object();
  return body;
}

}  // namespace

Transfer Api::request(std::string label, std::string method, const std::string& path) const {
  Transfer transfer;
  transfer.label = std::move(label);
  transfer.method = std::move(method);
  transfer.url = api_base_ + path;
  transfer.headers = {{std::string(secret_header), secret_}};
  transfer.repeatable = true;
  return transfer;
}

Transfer Api::account() const { return request("account", "GET", "/account"); }

Transfer Api::upload(const OutboundAttachment& attachment) const {
  Transfer transfer = request("upload", "POST", "/files");
  transfer.body = BlobBody{attachment.blob, attachment.mime};
  return transfer;
}

Transfer Api::send(const Outbound& reply, const std::vector<std::string>& files) const {
  Transfer transfer = request("send", "POST", "/messages");
  transfer.repeatable = false;
  TextBody body;
  JsonWriter writer(body.text);
  writer.begin_object();
  field(writer, "to", reply.thread);
  field(writer, "text", reply.text);
  put(writer, "html", reply.html);
  put(writer, "subject", reply.subject);
  writer.key("attachments");
  writer.begin_array();
  for (std::size_t i = 0; i < files.size() && i < reply.attachments.size(); ++i) {
    writer.begin_object();
    field(writer, "file", files[i]);
    field(writer, "name", reply.attachments[i].name);
    field(writer, "mime", reply.attachments[i].mime);
    writer.end_object();
  }
  writer.end_array();
  put(writer, "reply_to", reply.reply_to);
  field(writer, "correlation", reply.correlation);
  writer.end_object();
  transfer.body = std::move(body);
  return transfer;
}

Transfer Api::edit(const Outbound& reply, const std::string& message) const {
  Transfer transfer = request("edit", "PUT", "/messages/" + path_segment(message));
  transfer.body = object({{"text", reply.text}, {"html", reply.html}});
  return transfer;
}

Transfer Api::erase(const std::string& message) const {
  return request("erase", "DELETE", "/messages/" + path_segment(message));
}

Transfer Api::react(const std::string& message, const std::string& emoji) const {
  Transfer transfer = request("react", "PUT", "/messages/" + path_segment(message) + "/reaction");
  transfer.body = object({{"emoji", emoji}});
  return transfer;
}

Transfer Api::fetch(const std::string& url) const {
  Transfer transfer;
  transfer.label = "fetch";
  transfer.method = "GET";
  transfer.url = url;
  transfer.response_target = ResponseTarget::blob;
  transfer.response_bytes_max = 64U << 20U;
  transfer.repeatable = true;
  transfer.follow_redirects = true;
  return transfer;
}

Transfer Api::notice(const std::string& path, const std::string& to, const std::string& id) const {
  Transfer transfer = request(path, "POST", '/' + path);
  transfer.body = object({{"to", to}, {"id", id}});
  return transfer;
}

}  // namespace inboxd::connectors::loopback
