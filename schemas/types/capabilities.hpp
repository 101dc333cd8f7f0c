// What a channel can do, as data: shown to clients by GET /v1/inboxes, obeyed by delivery, and held against the
// connector's interfaces by connectors/sdk's conformance suite.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/types/time.hpp"
#include "schemas/types/vocabulary.hpp"

namespace inboxd {

/// full: as given. converted: the customer sees another form of it. dropped: sent without it. rejected: refused.
enum class Support { full, converted, dropped, rejected };

template <>
struct EnumNames<Support> {
  static constexpr std::array<std::pair<Support, std::string_view>, 4> table{{
      {Support::full, "full"},
      {Support::converted, "converted"},
      {Support::dropped, "dropped"},
      {Support::rejected, "rejected"},
  }};
};

/// At most `burst` at once, refilled at `per_second`.
struct Pace {
  double per_second = 0;  // 0: no limit of ours
  double burst = 1;

  friend bool operator==(const Pace&, const Pace&) = default;
};

struct MediaLimit {
  std::string mime_prefix;  // "image/", "" for every other type
  std::uint64_t bytes_max = 0;

  friend bool operator==(const MediaLimit&, const MediaLimit&) = default;
};

struct Capabilities {
  Support formatting = Support::dropped;  // html in a reply
  Support attachments = Support::rejected;
  Support replies = Support::dropped;  // reply_to
  Support edits = Support::rejected;
  Support deletions = Support::rejected;
  Support reactions = Support::rejected;
  Support templates = Support::rejected;
  Support starts_conversations = Support::rejected;  // POST /v1/conversations to a new handle
  Support copies = Support::rejected;                // to, cc and bcc of a reply
  Support typing = Support::dropped;
  Support read_receipts = Support::dropped;  // we can tell the customer that it was read
  bool reports_delivered = false;
  bool reports_read = false;
  bool settles_uncertain = false;  // the provider echoes `correlation`

  std::uint64_t text_characters_max = 0;  // 0: no limit; Unicode code points unless the channel's README says otherwise
  std::uint64_t caption_characters_max = 0;  // beyond it text and media go as two messages
  std::uint64_t attachments_max = 0;
  std::vector<MediaLimit> media_limits;
  std::optional<Milliseconds> reply_window;  // free text only within this span of the customer's last message
  Pace inbox_pace;
  Pace conversation_pace;

  friend bool operator==(const Capabilities&, const Capabilities&) = default;
};

}  // namespace inboxd
