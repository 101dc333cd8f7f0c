#include "connectors/email/mail/envelope.hpp"

#include "connectors/email/mail/header_text.hpp"
#include "connectors/sdk/json_access.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t recipients_max = 1000;
constexpr std::chrono::minutes clock_tolerance{60};

std::optional<Timestamp> received_header(const Fields& fields) {
  const auto received = fields.find("received");
  const auto semicolon = received.rfind(';');
  if (semicolon == std::string_view::npos) return std::nullopt;
  return date_of(trimmed(received.substr(semicolon + 1)));
}

}  // namespace

Envelope envelope_of(const std::string& context) {
  Envelope envelope;
  const auto json = parse_json(context);
  if (!json) return envelope;
  envelope.sent = flag_of(*json, "sent");
  envelope.history = flag_of(*json, "history");
  envelope.too_large = flag_of(*json, "too_large");
  envelope.unreadable = flag_of(*json, "unreadable");
  envelope.received_at = parse_rfc3339(text_of(*json, "internal_date"));
  if (has(*json, "envelope_from")) envelope.from = text_of(*json, "envelope_from");
  for (const auto& to : array_of(*json, "envelope_to"))
    if (to.is_string() && envelope.to.size() < recipients_max) envelope.to.emplace_back(to.get_string());
  return envelope;
}

std::vector<std::string> recipients_of(const Fields& fields, const Envelope& envelope) {
  std::vector<std::string> all = envelope.to;
  for (const std::string_view name : {"delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc"})
    for (const auto value : fields.every(name)) {
      if (all.size() >= recipients_max) return all;
      for (auto& address : addresses_of(value)) all.push_back(std::move(address.address));
    }
  if (all.size() > recipients_max) all.resize(recipients_max);
  return all;
}

bool null_sender(const Fields& fields, const Envelope& envelope) {
  if (envelope.from) return envelope.from->empty() || *envelope.from == "<>";
  return fields.has("return-path") && trimmed(fields.find("return-path")) == "<>";
}

std::optional<Timestamp> written_at(const Fields& fields, const Envelope& envelope) {
  const auto written = date_of(fields.find("date"));
  const auto received = envelope.received_at ? envelope.received_at : received_header(fields);
  if (!written) return received;
  if (received && *written > *received + clock_tolerance) return received;
  return written;
}

}  // namespace inboxd::connectors::email
