// See the header. What HTML may hold is decided in connectors/sdk/safe_html.
#include "daemon/http/api/message_html.hpp"

#include <algorithm>

#include "connectors/sdk/safe_html.hpp"

namespace inboxd::http {
namespace {

/// "https://media.example.com" of "https://media.example.com/path"; empty where it is no such URL.
std::string_view origin_of(std::string_view url) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) return {};
  const std::size_t host = url.find("//") + 2;
  const std::string_view origin = url.substr(0, std::min(url.find_first_of("/?#", host), url.size()));
  return origin.find_first_of(" ;,'\"") == std::string_view::npos ? origin : std::string_view();
}

}  // namespace

std::optional<AttachmentId> attachment_of_content_id(const std::vector<Attachment>& attachments,
                                                     std::string_view content_id) {
  if (content_id.empty()) return std::nullopt;
  const auto found = std::find_if(attachments.begin(), attachments.end(), [&](const Attachment& attachment) {
    return attachment.content_id == content_id && attachment.state == AttachmentState::ready;
  });
  return found == attachments.end() ? std::nullopt : std::optional(found->id);
}

std::string shown_html(const Message& message, const MediaView& media) {
  connectors::SafeHtmlOptions options;
  options.cid_url = [&](std::string_view content_id) -> std::string {
    const auto attachment = attachment_of_content_id(message.attachments, content_id);
    if (!attachment) return {};
    return media.base + "/media/" + media.links->sign(*attachment, media.expires_at);
  };
  return connectors::safe_html(message.html, options);
}

std::string shown_html_policy(std::string_view media_base) {
  std::string policy = "sandbox; default-src 'none'; img-src 'self' data:";
  if (const auto origin = origin_of(media_base); !origin.empty()) policy.append(" ").append(origin);
  return policy + "; style-src 'unsafe-inline'";
}

}  // namespace inboxd::http
