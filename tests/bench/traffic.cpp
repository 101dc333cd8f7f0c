// Making and signing webhooks: https://developers.facebook.com/docs/graph-api/webhooks/getting-started
// (X-Hub-Signature-256).
#include "tests/bench/traffic.hpp"

#include <charconv>
#include <chrono>

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace inboxd::bench {
namespace {

constexpr std::string_view id_start = "wamid.";
constexpr std::size_t digits = 9;

/// The finaliser of SplitMix64: different numbers stay different.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

std::string signature(std::string_view body) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), app_secret.data(), static_cast<int>(app_secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest, &size);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace

std::string message_id(std::int64_t index) {
  return fmt::format("{}{:016x}{:0{}}", id_start, mix(static_cast<std::uint64_t>(index)), index, digits);
}

std::string customer_handle(std::int64_t customer) {
  return fmt::format("39{:09}{:04}", customer, mix(static_cast<std::uint64_t>(customer)) % 10'000);
}

std::string webhook_body(std::int64_t index, std::int64_t customer, std::int64_t now) {
  const auto handle = customer_handle(customer);
  std::string body = fmt::format(
      R"({{"object":"whatsapp_business_account","entry":[{{"id":"102290129340398","changes":[{{"value":{{)"
      R"("messaging_product":"whatsapp","metadata":{{"display_phone_number":"390612345678","phone_number_id":"{}"}},)"
      R"("contacts":[{{"profile":{{"name":"Customer {}"}},"wa_id":"{}"}}],"messages":[{{"from":"{}","id":"{}",)"
      R"("timestamp":"{}","text":{{"body":"Good morning, my order has not arrived yet )",
      phone_number_id, customer, handle, handle, message_id(index), now);
  constexpr std::string_view end = R"("},"type":"text"}]},"field":"messages"}]}]})";
  while (body.size() + end.size() < body_bytes) body += "and I would like to know "[body.size() % 25];
  return body.append(end);
}

std::vector<std::string> webhook_requests(std::int64_t first, std::int64_t count, const Customers& customers) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  std::vector<std::string> requests;
  requests.reserve(static_cast<std::size_t>(count));
  for (std::int64_t index = first; index < first + count; ++index) {
    const auto body = webhook_body(index, customers.of_message(index), now.count());
    requests.push_back(
        fmt::format("POST /hooks/whatsapp HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\n"
                    "Content-Type: application/json\r\nX-Hub-Signature-256: sha256={}\r\nContent-Length: {}\r\n\r\n{}",
                    signature(body), body.size(), body));
  }
  return requests;
}

std::optional<std::int64_t> message_in_frame(std::string_view frame) {
  const auto at = frame.find(id_start);
  constexpr std::size_t size = id_start.size() + 16 + digits;
  if (at == std::string_view::npos || at + size > frame.size()) return std::nullopt;
  const char* start = frame.data() + at + id_start.size() + 16;
  std::int64_t index = 0;
  const auto parsed = std::from_chars(start, start + digits, index);
  return parsed.ptr == start + digits ? std::optional(index) : std::nullopt;
}

}  // namespace inboxd::bench
