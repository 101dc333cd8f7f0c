#include "connectors/sdk/exchange_json.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/sdk/json_access.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors {
namespace {

using json_fields::field;
using json_fields::put;

void write_exchange(JsonWriter& writer, const Exchange& exchange) {
  writer.begin_object();
  field(writer, "label", exchange.label);
  field(writer, "failure", exchange.failure);
  put(writer, "failure_detail", exchange.failure_detail);
  put(writer, "status", std::int64_t{exchange.status});
  writer.key("headers");
  writer.begin_array();
  for (const auto& [name, content] : exchange.headers) {
    writer.begin_array();
    writer.string(name);
    writer.string(content);
    writer.end_array();
  }
  writer.end_array();
  put(writer, "body", exchange.body);
  if (exchange.blob) {
    writer.key("blob");
    writer.begin_object();
    field(writer, "hash", exchange.blob->hash);
    field(writer, "size", exchange.blob->size);
    writer.end_object();
  }
  field(writer, "now", exchange.now);
  // As text: a number beyond 2^53 would not survive every reader of JSON.
  field(writer, "nonce", std::to_string(exchange.nonce));
  writer.end_object();
}

Headers read_headers(const boost::json::value& json) {
  Headers headers;
  for (const auto& pair : array_of(json, "headers")) {
    const auto* parts = pair.if_array();
    if (parts == nullptr || parts->size() != 2 || !(*parts)[0].is_string() || !(*parts)[1].is_string()) continue;
    headers.emplace_back((*parts)[0].as_string().c_str(), (*parts)[1].as_string().c_str());
  }
  return headers;
}

Exchange read_exchange(const boost::json::value& json) {
  Exchange exchange;
  exchange.label = text_of(json, "label");
  // An unreadable failure is taken for the one that promises nothing.
  exchange.failure = parse_enum<TransferFailure>(text_of(json, "failure")).value_or(TransferFailure::lost);
  exchange.failure_detail = text_of(json, "failure_detail");
  exchange.status = static_cast<int>(integer_of(json, "status"));
  exchange.headers = read_headers(json);
  exchange.body = text_of(json, "body");
  if (const auto& blob = member(json, "blob"); blob.is_object())
    exchange.blob = BlobRef{text_of(blob, "hash"), static_cast<std::uint64_t>(integer_of(blob, "size"))};
  exchange.now = parse_rfc3339(text_of(json, "now")).value_or(Timestamp{});
  const std::string nonce = text_of(json, "nonce");
  std::from_chars(nonce.data(), nonce.data() + nonce.size(), exchange.nonce);
  return exchange;
}

}  // namespace

std::string exchanges_to_text(const Exchanges& exchanges) {
  const auto stored = [](const Exchange& exchange) { return !exchange.confidential; };
  if (std::none_of(exchanges.begin(), exchanges.end(), stored)) return {};
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  for (const auto& exchange : exchanges)
    if (stored(exchange)) write_exchange(writer, exchange);
  writer.end_array();
  return text;
}

Exchanges exchanges_from_text(std::string_view text) {
  Exchanges exchanges;
  const auto json = parse_json(text);
  if (!json || !json->is_array()) return exchanges;
  for (const auto& element : json->as_array()) exchanges.push_back(read_exchange(element));
  return exchanges;
}

}  // namespace inboxd::connectors
