// A message's formatted form as an agent may see it: sanitised, its own images by signed links, nothing else loaded.
// Called by messages.cpp in a reader's thread; it reads no rows by itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/auth/token.hpp"
#include "schemas/types/message.hpp"

namespace inboxd::http {

/// How links to attachments are made for one answer.
struct MediaView {
  std::string base;  // where /media links begin
  const MediaLinks* links = nullptr;
  Timestamp expires_at;
};

/// The attachment that HTML shows as "cid:content_id"; nothing while its bytes are not here.
std::optional<AttachmentId> attachment_of_content_id(const std::vector<Attachment>& attachments,
                                                     std::string_view content_id);

std::string shown_html(const Message& message, const MediaView& media);

/// The Content-Security-Policy of such a page: in a sandbox, with the images of our own media origin only.
std::string shown_html_policy(std::string_view media_base);

}  // namespace inboxd::http
