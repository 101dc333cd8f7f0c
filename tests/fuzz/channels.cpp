// What providers send to a channel: webhooks, and the answers to our requests. Settings are those of the channel's
// conformance file; a channel without one is made of defaults, or left out where they do not do.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include "connectors/sdk/exchange_json.hpp"
#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/inbound_json.hpp"
#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/rich_text.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

using namespace connectors;

SettingValue value_of(SettingType type, const boost::json::value& given, std::string_view otherwise) {
  const auto text = given.is_string() ? std::string(given.get_string()) : std::string(otherwise);
  switch (type) {
    case SettingType::flag:
      return given.is_bool() ? given.get_bool() : text == "true";
    case SettingType::integer:
      return given.is_int64() ? given.get_int64() : std::strtoll(text.c_str(), nullptr, 10);
    case SettingType::text:
    case SettingType::secret:
    case SettingType::url:
      return text;
    case SettingType::text_list:
      return std::vector<std::string>{};
    case SettingType::table:
      return std::map<std::string, std::string>{};
  }
  return text;
}

struct Made {
  std::unique_ptr<Connector> connector;
  Outbound reply;
};

Made make(const Channel& channel) {
  const auto file =
      std::filesystem::path(INBOXD_SOURCE_DIR) / "connectors" / std::string(channel.name) / "testdata/conformance.json";
  std::ifstream in(file, std::ios::binary);
  const auto description = parse_json(std::string{std::istreambuf_iterator<char>(in), {}}).value_or(nullptr);
  Settings settings;
  for (const auto& definition : channel.settings) {
    const auto& given = member(member(description, "settings"), definition.key);
    if (!given.is_null() || !definition.default_value.empty())
      settings.values[std::string(definition.key)] = value_of(definition.type, given, definition.default_value);
  }
  Made made;
  if (auto connector = channel.make(settings)) made.connector = std::move(connector).value();
  made.reply.thread = text_of(description, "thread");
  made.reply.targets = {text_of(description, "target")};
  made.reply.text = "Ciao";
  made.reply.correlation = "e1.ms_1.1";
  return made;
}

const Made& made_of(std::string_view name) {
  static const auto all = [] {
    std::map<std::string, Made, std::less<>> map;
    for (const auto& channel : channels()) map.emplace(channel.name, make(channel));
    return map;
  }();
  return all.find(name)->second;
}

/// "429\nretry-after: 7\n\n{…}"
Exchange exchange_from(std::string_view bytes) {
  Exchange exchange;
  const auto line = [&bytes] {
    const auto end = std::min(bytes.find('\n'), bytes.size());
    const auto text = bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), end + 1));
    return std::string(text);
  };
  const auto status = line();
  exchange.status = static_cast<int>(std::clamp(std::strtol(status.c_str(), nullptr, 10), 0L, 999L));
  if (status.starts_with("lost")) exchange.failure = TransferFailure::lost;
  if (status.starts_with("not_sent")) exchange.failure = TransferFailure::not_sent;
  for (auto header = line(); !header.empty(); header = line()) {
    const auto colon = std::min(header.find(": "), header.size());
    exchange.headers.emplace_back(header.substr(0, colon), header.substr(std::min(header.size(), colon + 2)));
  }
  exchange.body = std::string(bytes);
  return exchange;
}

void check_outcome(const SendStep& step) {
  const auto* outcome = std::get_if<SendOutcome>(&step);
  if (outcome == nullptr) return;
  if (const auto* retry = std::get_if<RetryAfter>(outcome))
    promise(retry->delay.count() >= 0 && retry->delay <= std::chrono::hours{24}, "a wait is 0 to 24 hours");
}

}  // namespace

void webhook_of(std::string_view channel, std::string_view bytes) {
  const auto& connector = made_of(channel).connector;
  if (!connector) return;
  WebhookRequest request{"POST", "", {{"content-type", "application/json"}}, std::string(bytes)};
  (void)connector->verify(request, Timestamp{});
  (void)connector->verify({"GET", std::string(bytes), {}, ""}, Timestamp{});
  request.headers.emplace_back("x-hub-signature-256", std::string(bytes.substr(0, 100)));
  (void)connector->verify(request, Timestamp{});
  const auto inbound = connector->normalise(request);
  for (const auto& event : inbound.events) {
    if (std::holds_alternative<TypingReported>(event)) continue;
    promise(!origin_of(event).dedupe_key.empty(), "every event has a key");
  }
  const auto read = inbound_from_text(inbound_to_text(inbound));
  promise(read.ok(), "what a connector made can be written and read");
}

void answer_to(std::string_view channel, std::string_view bytes) {
  const auto& made = made_of(channel);
  if (!made.connector) return;
  const auto exchange = exchange_from(bytes);
  for (const auto action : {OutboxAction::send, OutboxAction::edit, OutboxAction::erase, OutboxAction::react}) {
    auto reply = made.reply;
    reply.action = action;
    if (action == OutboxAction::react) reply.emoji = "👍";
    if (!made.connector->validate(reply)) continue;
    check_outcome(made.connector->next_send_step(reply, {exchange}));
    check_outcome(made.connector->next_send_step(reply, {exchange, exchange}));
  }
  (void)made.connector->next_check_step({exchange});
  if (const auto* polls = dynamic_cast<const Polls*>(made.connector.get()))
    promise(polls->poll_answer("7", exchange).wait.count() >= 0, "a poll's wait is not negative");
  if (const auto* media = dynamic_cast<const FetchesMedia*>(made.connector.get()))
    (void)media->next_fetch_step({"reference", "", "", std::nullopt, ""}, {exchange});
  const Exchanges done{exchange};
  promise(exchanges_from_text(exchanges_to_text(done)).size() == 1, "an exchange can be written and read");
}

}  // namespace inboxd::fuzz
