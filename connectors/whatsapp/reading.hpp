// What one webhook request has been understood to say so far. Filled by the subjects that read its parts (messages,
// statuses, calls, notices), emptied by normalise.cpp. A part that is not understood never costs the parts beside it.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

#include <boost/json/value.hpp>

#include "connectors/sdk/json_access.hpp"
#include "schemas/types/inbound.hpp"

namespace inboxd::connectors::whatsapp {

/// Provider ids are below 300 characters; a longer one is not an id.
inline constexpr std::size_t id_bytes_max = 512;

/// What surrounds the objects of one `change`.
struct Envelope {
  const boost::json::value& value;
  std::string account;  // metadata.phone_number_id: one callback may carry several numbers
  Timestamp sent_at;    // entry.time; the epoch where Meta gave none
  std::string path;     // "entry[0].changes[0].value", for sentences about what is malformed
};

class Reading {
 public:
  void add(InboundEvent event) { inbound_.events.push_back(std::move(event)); }

  /// Names the part and what is wrong with it; never quotes what a customer wrote.
  void not_understood(const std::string& path, const std::string& why) {
    if (++not_understood_ > sentences_max) return;
    if (!inbound_.malformed.empty()) inbound_.malformed += "; ";
    inbound_.malformed += path + ": " + why;
  }

  [[nodiscard]] Inbound finish() && {
    if (not_understood_ > sentences_max)
      inbound_.malformed += "; and " + std::to_string(not_understood_ - sentences_max) + " more";
    return std::move(inbound_);
  }

 private:
  static constexpr std::size_t sentences_max = 5;
  Inbound inbound_;
  std::size_t not_understood_ = 0;
};

inline bool is_id(const std::string& id) { return !id.empty() && id.size() <= id_bytes_max; }

/// Meta's seconds since the epoch; `otherwise` for anything that is no time of this millennium's calendar.
inline Timestamp time_of(const boost::json::value& object, std::string_view key, Timestamp otherwise) {
  constexpr std::int64_t year_10000 = 253'402'300'800;
  const auto seconds = integer_of(object, key);
  return seconds > 0 && seconds < year_10000 ? from_unix_seconds(seconds) : otherwise;
}

}  // namespace inboxd::connectors::whatsapp
