#include "daemon/visitors/requests.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/sdk/json_access.hpp"

namespace inboxd::visitors {
namespace {

using connectors::member;
using connectors::text_of;

constexpr std::size_t token_bytes_max = 10'000;
constexpr std::size_t page_bytes_max = 1'000;
constexpr std::size_t fields_max = 50;
constexpr std::size_t language_bytes_max = 35;  // RFC 5646, 4.4.1

/// Lower case; empty for what is no UUID (RFC 9562, section 4).
std::string read_uuid(std::string text) {
  constexpr std::size_t length = 36;
  if (text.size() != length) return {};
  for (std::size_t i = 0; i < length; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (text[i] >= 'A' && text[i] <= 'F') text[i] = static_cast<char>(text[i] | 0x20);
    const bool digit = (text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f');
    if (dash ? text[i] != '-' : !digit) return {};
  }
  return text;
}

std::string shortened(const std::string& text, std::size_t most) { return std::string(cut_utf8(text, most)); }

/// A page's address as a browser says it; anything else is left out.
std::string read_page(const std::string& text) {
  if (!text.starts_with("https://") && !text.starts_with("http://")) return {};
  return shortened(text, page_bytes_max);
}

Result<void> read_attachments(const boost::json::value& json, core::VisitorSays& message) {
  const auto& ids = member(json, "attachments");
  if (ids.is_null()) return {};
  if (!ids.is_array()) return bad_request("`attachments` takes a list of ids");
  for (const auto& element : ids.get_array()) {
    const auto id = element.is_string() ? parse_id<AttachmentId>(std::string_view(element.get_string()))
                                        : std::optional<AttachmentId>();
    if (!id) return bad_request("`attachments` takes ids like \"at_9\"");
    const bool twice =
        std::find(message.attachments.begin(), message.attachments.end(), *id) != message.attachments.end();
    if (!twice) message.attachments.push_back(*id);
    if (message.attachments.size() > core::visitor_attachments_max)
      return bad_request("`attachments` takes up to " + std::to_string(core::visitor_attachments_max));
  }
  return {};
}

Result<void> read_fields(const boost::json::value& json, core::VisitorSays& message) {
  const auto& fields = member(json, "fields");
  if (fields.is_null()) return {};
  if (!fields.is_object() || fields.get_object().size() > fields_max)
    return bad_request("`fields` takes an object of texts");
  for (const auto& [name, value] : fields.get_object()) {
    if (value.is_bool()) {
      message.fields[std::string(name)] = value.get_bool() ? "true" : "";
    } else if (value.is_string()) {
      message.fields[std::string(name)] = std::string(value.get_string());
    } else if (!value.is_null()) {
      return bad_request("`fields` takes texts, and true for a consent");
    }
  }
  return {};
}

}  // namespace

std::optional<boost::json::value> parse_frame(std::string_view text) {
  auto json = connectors::parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  return json;
}

Result<core::VisitorSays> read_message(const boost::json::value& json) {
  core::VisitorSays message;
  message.client_msg_id = read_uuid(text_of(json, "client_msg_id"));
  if (message.client_msg_id.empty())
    return bad_request("`client_msg_id` takes a UUID, new for each new message and the same when it is sent again");
  const auto& text = member(json, "text");
  if (!text.is_null() && !text.is_string()) return bad_request("`text` takes a text");
  message.text = text_of(json, "text");
  if (auto read = read_attachments(json, message); !read) return read.error();
  if (auto read = read_fields(json, message); !read) return read.error();
  message.page = read_page(text_of(json, "page"));
  message.raw = boost::json::serialize(json);
  return message;
}

Result<SessionRequest> read_session_request(const boost::json::value& json) {
  SessionRequest request;
  request.visitor_token = text_of(json, "visitor_token");
  request.proof = {text_of(json, "user_token"), text_of(json, "user_id"), text_of(json, "user_hash")};
  if (request.visitor_token.size() > token_bytes_max || request.proof.token.size() > token_bytes_max)
    return bad_request("a token is longer than any of ours");
  request.language = shortened(text_of(json, "locale"), language_bytes_max);
  return request;
}

Result<ChatPosition> read_position(const boost::json::value& json) {
  ChatPosition position;
  if (const auto& conversation = member(json, "conversation"); !conversation.is_null()) {
    position.conversation = parse_id<ConversationId>(text_of(json, "conversation"));
    if (!position.conversation) return bad_request("`conversation` takes an id like \"cv_9\"");
  }
  if (const auto& seq = member(json, "last_seq"); !seq.is_null()) {
    if (!seq.is_int64() || seq.get_int64() < 0)
      return bad_request("`last_seq` takes the newest seq that you have, or 0");
    position.seq = seq.get_int64();
  }
  return position;
}

}  // namespace inboxd::visitors
