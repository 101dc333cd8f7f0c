// A grant that changes with its use: one request at a time, and what changed is stored before anybody uses the answer.
#include "daemon/channels/grant_transfers.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/desk.hpp"

namespace inboxd {
namespace {

using connectors::Exchange;
using connectors::Transfer;
using connectors::TransferFailure;

/// Its state is the grant itself; an answer is "ACCESS NEXT-GRANT", or only the first.
class GrantChannel final : public connectors::Connector, public connectors::RefreshesGrant {
 public:
  explicit GrantChannel(std::string configured) : configured_(std::move(configured)) {}
  [[nodiscard]] std::optional<Transfer> refresh_request(const std::string& state) const override {
    Transfer transfer;
    transfer.label = "token";
    transfer.url = "https://provider.test/" + (state.empty() ? configured_ : state);
    transfer.confidential = true;
    return transfer;
  }
  [[nodiscard]] std::optional<std::string> refreshed(const std::string& /*state*/,
                                                     const Exchange& answer) const override {
    const auto space = answer.body.find(' ');
    if (answer.status != 200 || space == std::string::npos) return std::nullopt;
    return answer.body.substr(space + 1);
  }

  [[nodiscard]] const Capabilities& capabilities() const override { return can_; }
  [[nodiscard]] std::string account() const override { return {}; }
  [[nodiscard]] std::vector<std::string> base_urls() const override { return {"https://provider.test"}; }
  [[nodiscard]] connectors::WebhookVerdict verify(const connectors::WebhookRequest&, Timestamp) const override {
    return connectors::RefuseWebhook{};
  }
  [[nodiscard]] Inbound normalise(const connectors::WebhookRequest&) const override { return {}; }
  [[nodiscard]] Result<void> validate(const Outbound&) const override { return {}; }
  [[nodiscard]] connectors::SendStep next_send_step(const Outbound&, const connectors::Exchanges&) const override {
    return SendOutcome{Unknown{"never"}};
  }
  [[nodiscard]] connectors::CheckStep next_check_step(const connectors::Exchanges&) const override {
    return connectors::CheckFinding{};
  }

 private:
  std::string configured_;
  Capabilities can_;
};

struct Office : Desk {
  Office() : inbox(add_channel("mail", channel)) {}

  void ask(GrantTransfers& through) {
    through.perform(*channel->refresh_request({}), {},
                    [this](const Exchange& answer) { answers.push_back(answer.body + answer.failure_detail); });
  }
  std::string asked_with(std::size_t index) { return transfers.made().at(index).transfer.url.substr(22); }
  std::string stored() {
    return read([&](const storage::Tables& tables) { return tables.inboxes().connector_state(inbox); });
  }
  GrantTransfers::Surroundings surroundings() { return {channels(), bus, readers, transfers, clock}; }

  std::shared_ptr<GrantChannel> channel = std::make_shared<GrantChannel>("first");
  InboxId inbox;
  std::vector<std::string> answers;
  GrantTransfers grants{surroundings()};
};

TEST_CASE("a grant that changed is used from then on, also after a restart; the one before never again") {
  Office office;
  office.transfers.enqueue(200, "a second");
  office.ask(office.grants);
  CHECK(office.stored() == "second");
  CHECK(office.answers == std::vector<std::string>{"a second"});
  office.transfers.enqueue(200, "b third");
  GrantTransfers restarted(office.surroundings());
  office.ask(restarted);
  office.transfers.enqueue(200, "c");
  office.ask(restarted);
  CHECK(office.asked_with(0) == "first");
  CHECK(office.asked_with(1) == "second");
  CHECK(office.asked_with(2) == "third");
  CHECK(office.stored() == "third");
}

TEST_CASE("an answer is not used before the grant that it brought is stored") {
  Office office;
  office.bus.disk_full = true;
  office.transfers.enqueue(200, "a second");
  office.ask(office.grants);
  CHECK(office.answers.empty());
  office.clock.advance(grant_store_pause);
  CHECK(office.answers.empty());
  office.bus.disk_full = false;
  office.clock.advance(grant_store_pause);
  CHECK(office.answers == std::vector<std::string>{"a second"});
  CHECK(office.stored() == "second");
  CHECK(office.transfers.made().size() == 1);
}

TEST_CASE("whoever asks while a request is under way gets its answer: no two use one grant") {
  Office office;
  office.ask(office.grants);
  office.ask(office.grants);
  CHECK(office.transfers.made().size() == 1);
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "a second"));
  CHECK(office.answers.size() == 2);
  office.ask(office.grants);
  CHECK(office.asked_with(1) == "second");
}

TEST_CASE("a refusal and a lost answer change nothing that is stored") {
  Office office;
  office.transfers.enqueue(400, "invalid_grant second");
  office.ask(office.grants);
  office.transfers.enqueue(TransferFailure::lost, "no answer");
  office.ask(office.grants);
  CHECK(office.stored().empty());
  CHECK(office.answers == std::vector<std::string>{"invalid_grant second", "no answer"});
}

TEST_CASE("a stop waits until a grant under way is stored, and begins none") {
  Office office;
  office.ask(office.grants);
  bool drained = false;
  office.grants.drain(Milliseconds{5'000}, [&] { drained = true; });
  CHECK_FALSE(drained);
  office.transfers.complete_oldest(ScriptedTransfers::answered(200, "a second"));
  CHECK(drained);
  CHECK(office.stored() == "second");
  office.ask(office.grants);
  CHECK(office.transfers.made().size() == 1);
  CHECK(office.answers.back() == "inboxd is stopping");
}

TEST_CASE("a stop does not wait longer than it may for a provider that does not answer") {
  Office office;
  office.ask(office.grants);
  bool drained = false;
  office.grants.drain(Milliseconds{5'000}, [&] { drained = true; });
  office.clock.advance(Milliseconds{5'000});
  CHECK(drained);
}

TEST_CASE("every other request passes through as it is") {
  Office office;
  Transfer other = *office.channel->refresh_request({});
  other.url = "https://provider.test/send";
  office.transfers.enqueue(200, "sent second");
  office.grants.perform(other, {}, [&](const Exchange& answer) { office.answers.push_back(answer.body); });
  CHECK(office.answers == std::vector<std::string>{"sent second"});
  CHECK(office.stored().empty());
}

}  // namespace
}  // namespace inboxd
