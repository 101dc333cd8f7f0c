// Graph's error codes: what each means in plain words and what to do about it. From Meta's "Cloud API error codes".
// Called by outcome.cpp for refused requests and by status.cpp for failures that are reported later.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

namespace inboxd::connectors::whatsapp {

/// Codes decide, not the HTTP status nor the title.
enum class ErrorClass {
  retry_conversation,  // this customer only, later
  retry_inbox,         // nothing from this number for a while
  attention,           // nothing from this number until a person acts
  final,               // this message will not be delivered
  final_unreachable,   // nor will any other to this person
  unknown,             // not in the table: the HTTP status decides
};

struct GraphError {
  std::int64_t code = -1;  // -1: no error object was there
  std::int64_t subcode = 0;
  bool transient = false;
  std::string detail;  // Meta's own words, shortened; may be empty
};

GraphError graph_error_from(const boost::json::value& error);

struct ErrorReason {
  std::string code;  // stable, ours: "window_closed"; "whatsapp_<code>" where there is no word for it
  std::string sentence;
};

ErrorClass class_of(const GraphError& error);
ErrorReason reason_of(const GraphError& error);
/// The least to wait after this code; 0: the host's own back-off.
std::int64_t seconds_to_wait(const GraphError& error);

}  // namespace inboxd::connectors::whatsapp
