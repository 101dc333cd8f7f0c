// A mail's attachments: decoded piece by piece into the store, with names that are safe for any file system, and the
// Content-IDs of those that the HTML shows. Used by read_mail().
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/mail/parts.hpp"
#include "connectors/sdk/stream.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::email {

/// Fails only when source or sink do.
Result<std::vector<InboundAttachment>> store_files(OriginalSource& source, const DividedMail& mail,
                                                   const std::vector<std::size_t>& files, std::string_view html,
                                                   PartSink& sink);

/// One path component of at most 200 bytes, its ending kept; empty when nothing is left of it.
std::string safe_file_name(std::string_view name);

/// What `cid:` addresses of the HTML name (RFC 2392), decoded.
std::set<std::string> content_ids_in(std::string_view html);

}  // namespace inboxd::connectors::email
