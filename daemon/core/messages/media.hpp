// How the fetching of an attachment ended, as rows and events. Called by ingest's media engine inside a command; each
// change raises the message's version, so that whoever shows it sees the file or the reason why it is not there.
#pragma once

#include <string>

#include "daemon/core/context.hpp"

namespace inboxd::core {

/// The host's own backoff: 2 s, doubled with each attempt up to an hour.
inline constexpr Milliseconds first_media_backoff{2'000};
inline constexpr Milliseconds longest_media_backoff{3'600'000};
/// The longest that a channel asks for.
inline constexpr std::chrono::hours longest_media_pause{24};
/// Then it has failed for good: providers forget their media within a week.
inline constexpr int media_attempts_max = 12;
inline constexpr std::chrono::days media_gives_up_after{7};

struct FetchedMedia {
  BlobRef blob;
  std::string mime;  // empty: keep what the message said
  std::string name;  // empty: keep what the message said
};

/// Nothing happens to an attachment that is gone or not pending any more.
void media_ready(Context& context, AttachmentId attachment, const FetchedMedia& fetched);
void media_failed(Context& context, AttachmentId attachment, const std::string& why);
/// Counts an attempt and tries again after `delay`, or its own backoff when that is longer; gives up at the limits.
void media_retry(Context& context, AttachmentId attachment, Milliseconds delay, const std::string& why);
/// Not an attempt: its inbox is not configured now.
void media_postpone(Context& context, AttachmentId attachment, Milliseconds delay);

/// Pending ones looked at after the wall clock was set back; those behind wait for their time by the clock.
inline constexpr int bring_media_forward_max = 5'000;
/// As bring_forward() of put_off.hpp does with replies.
int bring_media_forward(Context& context, Milliseconds set_back);

}  // namespace inboxd::core
