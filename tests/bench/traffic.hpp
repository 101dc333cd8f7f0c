// The webhooks that the benchmark sends: WhatsApp Cloud API text messages of 700 bytes, signed, each with an id of its
// own. Also knows how to find such an id in a frame of the stream.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace inboxd::bench {

inline constexpr std::string_view phone_number_id = "1122334455667";
inline constexpr std::string_view app_secret = "bench-app-secret";
inline constexpr std::size_t body_bytes = 700;

/// Who writes: a new customer with each message, or so many in turn.
struct Customers {
  std::int64_t count = 0;  // 0: each message has a new one
  [[nodiscard]] std::int64_t of_message(std::int64_t index) const { return count == 0 ? index : index % count; }
};

/// Ids as providers draw them: in no order, so that indexes are filled as in life.
std::string message_id(std::int64_t index);
std::string customer_handle(std::int64_t customer);

/// The JSON of one webhook; `now`: seconds since 1970.
std::string webhook_body(std::int64_t index, std::int64_t customer, std::int64_t now);

/// Whole HTTP requests for the messages first … first + count - 1.
std::vector<std::string> webhook_requests(std::int64_t first, std::int64_t count, const Customers& customers);

/// The message that a frame carries, when it is one of ours.
std::optional<std::int64_t> message_in_frame(std::string_view frame);

}  // namespace inboxd::bench
