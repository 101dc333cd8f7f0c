// What goes out: whatever the provider answers, a send ends, never twice, never elsewhere, and never tells a secret.
#include <algorithm>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "tests/connector_conformance/fixture.hpp"

using namespace inboxd;
using namespace inboxd::conformance;

namespace {

/// A reply of the most attachments may take two steps for each, and one more to send.
constexpr std::size_t steps_max = 64;

struct Script {
  std::string name;
  Exchange answer;
  std::size_t successes_first = 0;
};

Exchange answered(int status, std::string body, Headers headers = {}) {
  Exchange exchange;
  exchange.status = status;
  exchange.body = std::move(body);
  exchange.headers = std::move(headers);
  return exchange;
}

Exchange failed(TransferFailure how) {
  Exchange exchange;
  exchange.failure = how;
  exchange.failure_detail = "scripted";
  return exchange;
}

std::vector<Script> scripts() {
  std::vector<Script> all;
  const std::vector<std::pair<std::string, Exchange>> answers{
      {"200 garbage", answered(200, "<html>\xff\x00</html>")},
      {"200 empty object", answered(200, "{}")},
      {"200 wrong types", answered(200, R"({"ok":"yes","id":{},"result":7,"messages":{"a":[]},"error":[]})")},
      {"204", answered(204, "")},
      {"302", answered(302, "", {{"location", "https://elsewhere.example/"}})},
      {"400", answered(400, R"({"error":"bad"})")},
      {"400 garbage", answered(400, "\xfe\xff")},
      {"401", answered(401, "{}")},
      {"403", answered(403, "")},
      {"404", answered(404, "not found")},
      {"409", answered(409, "[]")},
      {"413", answered(413, "")},
      {"429", answered(429, "{}", {{"retry-after", "7"}})},
      {"429 odd", answered(429, "", {{"retry-after", "Wed, 21 Oct 2015 07:28:00 GMT"}})},
      {"500", answered(500, "oops")},
      {"503", answered(503, "", {{"retry-after", "999999999999999999999"}})},
      {"lost", failed(TransferFailure::lost)},
      {"not sent", failed(TransferFailure::not_sent)},
      {"too large", failed(TransferFailure::too_large)},
      {"blob gone", failed(TransferFailure::blob_gone)}};
  for (const auto& [name, answer] : answers)
    for (std::size_t first = 0; first < 4; ++first)
      all.push_back({name + " after " + std::to_string(first) + " successes", answer, first});
  return all;
}

std::vector<Outbound> replies(const Fixture& fixture, const Connector& connector) {
  std::vector<Outbound> all;
  const auto add = [&](auto change) {
    Outbound reply;
    reply.thread = text_of(fixture.json(), "thread");
    reply.text = "Ciao";
    reply.correlation = "c1";
    change(reply);
    if (connector.validate(reply).ok()) all.push_back(std::move(reply));
  };
  const OutboundAttachment picture{{std::string(64, 'a'), 100}, "a.png", "image/png"};
  const OutboundAttachment paper{{std::string(64, 'b'), 100}, "b \"è\".pdf", "application/pdf"};
  const std::string target = text_of(fixture.json(), "target");
  add([](Outbound&) {});
  add([](Outbound& reply) { reply.html = "<b>Ciao</b> <a href=\"https://example.com\">qui</a>"; });
  add([&](Outbound& reply) { reply.reply_to = target; });
  add([&](Outbound& reply) { reply.attachments = {picture}; });
  add([&](Outbound& reply) { reply.attachments = {picture, picture, paper}; });
  add([](Outbound& reply) { reply.message_template = OutboundTemplate{"order_update", "it", "[]"}; });
  for (const OutboxAction action : {OutboxAction::edit, OutboxAction::erase, OutboxAction::react})
    add([&](Outbound& reply) {
      reply.action = action;
      reply.targets = {target};
      reply.emoji = "👍";
    });
  REQUIRE_FALSE(all.empty());
  return all;
}

std::string origin_of_url(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  REQUIRE(parsed.has_value());
  return std::string(parsed->scheme()) + "://" + std::string(parsed->encoded_host_and_port());
}

void check_transfer(const Connector& connector, const Transfer& transfer) {
  CHECK_FALSE(transfer.label.empty());
  CHECK(transfer.timeout > Milliseconds{0});
  CHECK(transfer.timeout <= std::chrono::minutes{10});
  const auto bases = connector.base_urls();
  const std::string origin = origin_of_url(transfer.url);
  CHECK(std::any_of(bases.begin(), bases.end(), [&](const auto& base) { return origin_of_url(base) == origin; }));
}

std::string words_of(const SendOutcome& outcome) {
  struct Words {
    std::string operator()(const Accepted&) const { return {}; }
    std::string operator()(const RetryAfter& retry) const { return retry.code + ' ' + retry.why; }
    std::string operator()(const NeedsAttention& attention) const { return attention.code + ' ' + attention.why; }
    std::string operator()(const Rejected& rejected) const { return rejected.code + ' ' + rejected.why; }
    std::string operator()(const Unknown& unknown) const { return unknown.why; }
  };
  return std::visit(Words{}, outcome);
}

/// Holds for every provider: what an answer may never be taken for.
void check_outcome(const Exchange& last, bool repeatable, const SendOutcome& outcome) {
  const bool accepted = std::holds_alternative<Accepted>(outcome);
  const bool retried = std::holds_alternative<RetryAfter>(outcome);
  const bool uncertain = std::holds_alternative<Unknown>(outcome);
  if (last.failure != TransferFailure::none) CHECK_FALSE(accepted);
  if (last.failure == TransferFailure::lost && !repeatable) CHECK(uncertain);
  if (last.failure == TransferFailure::too_large && !repeatable) CHECK_FALSE(retried);
  if (last.failure == TransferFailure::not_sent || last.failure == TransferFailure::blob_gone) CHECK_FALSE(uncertain);
  if (last.failure == TransferFailure::none && last.status == 429) CHECK(retried);
  if (last.failure == TransferFailure::none && last.status >= 300) CHECK_FALSE(accepted);
  if (const auto* retry = std::get_if<RetryAfter>(&outcome)) {
    CHECK(retry->delay >= Milliseconds{0});
    CHECK(retry->delay <= std::chrono::hours{24 * 7});
  }
}

/// What arrived is told before the next request, and never sent again when the reply is tried once more.
void check_parts(const Connector& connector, const Outbound& reply, Exchanges done, const Transfer& last,
                 const SendOutcome& outcome) {
  if (const auto* accepted = std::get_if<Accepted>(&outcome)) {
    CHECK_FALSE(last.partial.more_to_come);
    const auto& ids = accepted->external_ids;
    CHECK(ids.size() >= last.partial.delivered.size());
    if (reply.action == OutboxAction::send)
      CHECK(std::equal(last.partial.delivered.begin(), last.partial.delivered.end(), ids.begin()));
    return;
  }
  if (last.partial.delivered.empty()) return;
  done.pop_back();
  const SendStep again = connector.next_send_step(reply, done);
  REQUIRE(std::holds_alternative<Transfer>(again));
  CHECK(std::get<Transfer>(again) == last);
}

void run(const Fixture& fixture, const Connector& connector, const Outbound& reply, const Script& script) {
  const auto& described = member(fixture.json(), "success");
  const Exchange success = answered(static_cast<int>(integer_of(described, "status")), text_of(described, "body"));
  Exchanges done;
  Transfer last;
  bool repeatable = true;
  for (std::size_t step = 0; step < steps_max; ++step) {
    const SendStep next = connector.next_send_step(reply, done);
    if (const auto* outcome = std::get_if<SendOutcome>(&next)) {
      if (!done.empty()) check_outcome(done.back(), repeatable, *outcome);
      if (!done.empty()) check_parts(connector, reply, done, last, *outcome);
      for (const auto& secret : fixture.secrets()) CHECK(words_of(*outcome).find(secret) == std::string::npos);
      return;
    }
    // What may have been delivered ends here: another request would be a second delivery.
    if (!done.empty() && !repeatable && done.back().failure == TransferFailure::lost)
      FAIL("another transfer after a lost answer that must not be repeated");
    const auto& transfer = std::get<Transfer>(next);
    check_transfer(connector, transfer);
    repeatable = transfer.repeatable;
    last = transfer;
    Exchange answer = step < script.successes_first ? success : script.answer;
    answer.label = transfer.label;
    answer.now = fixture.now();
    answer.nonce = step;
    done.push_back(std::move(answer));
  }
  FAIL("no outcome after " << steps_max << " steps");
}

}  // namespace

TEST_CASE("conformance: every send ends in a true outcome, whatever the provider answers") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    const auto all = replies(fixture, *connector);
    for (std::size_t number = 0; number < all.size(); ++number)
      for (const auto& script : scripts()) {
        INFO("reply " << number << ", " << script.name);
        run(fixture, *connector, all[number], script);
      }
  });
}

TEST_CASE("conformance: a plain reply that the provider takes is accepted with an id") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    if (!has(fixture.json(), "success")) return;
    const auto connector = fixture.connector();
    const Outbound reply = replies(fixture, *connector).front();
    const auto& described = member(fixture.json(), "success");
    const Exchange success = answered(static_cast<int>(integer_of(described, "status")), text_of(described, "body"));
    REQUIRE(std::holds_alternative<Transfer>(connector->next_send_step(reply, {})));
    const SendStep end = connector->next_send_step(reply, {success});
    const auto* outcome = std::get_if<SendOutcome>(&end);
    REQUIRE(outcome != nullptr);
    REQUIRE(std::holds_alternative<Accepted>(*outcome));
    CHECK_FALSE(std::get<Accepted>(*outcome).external_ids.empty());
  });
}

TEST_CASE("conformance: a connection check ends with a finding, whatever the provider answers") {
  for_each_channel([](const Channel&, const Fixture& fixture) {
    const auto connector = fixture.connector();
    for (const auto& script : scripts()) {
      INFO(script.name);
      Exchanges done;
      bool found = false;
      while (!found && done.size() < steps_max) {
        const CheckStep step = connector->next_check_step(done);
        found = std::holds_alternative<CheckFinding>(step);
        if (!found) {
          check_transfer(*connector, std::get<Transfer>(step));
          CHECK(std::get<Transfer>(step).repeatable);
          done.push_back(script.answer);
          continue;
        }
        const auto& finding = std::get<CheckFinding>(step);
        if (!done.empty() && done.back().failure != TransferFailure::none)
          CHECK(finding.state != InboxHealthState::healthy);
        if (finding.state != InboxHealthState::healthy) CHECK_FALSE(finding.detail.empty());
        for (const auto& secret : fixture.secrets()) CHECK(finding.detail.find(secret) == std::string::npos);
      }
      CHECK(found);
    }
  });
}
