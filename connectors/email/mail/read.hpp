// An email as it was received (RFC 5322) in the words of the product: a message, or what became of one of ours. Called
// by the connector on worker threads, several at once; pure but for source and sink. Any bytes at all are a message.
#pragma once

#include <string>
#include <vector>

#include "connectors/sdk/stream.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::email {

struct ReadOptions {
  std::string address;                     // the inbox's own
  std::vector<std::string> own_addresses;  // further ones that are ours too
  std::string authserv_id;                 // whose Authentication-Results count (RFC 8601); empty: nobody's
  std::string signing_key;                 // of what token.hpp signs
  bool same_subject = false;               // a subject alone is a hint too
};

/// `context` is JSON, every member optional: what IMAP knew ("internal_date", "sent": the folder of what was sent,
/// "too_large" and "unreadable": not the whole mail), "history" of an import, or LMTP's "envelope_to" and
/// "envelope_from". Fails only when source or sink do.
Result<Inbound> read_mail(OriginalSource& source, const ReadOptions& options, const std::string& context,
                          PartSink& parts);

}  // namespace inboxd::connectors::email
