// What an inbox's examination tells, how it ends in every case, and that one goes on only while somebody asks.
#include "daemon/ingest/examinations.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/stream_desk.hpp"

namespace inboxd::ingest {
namespace {

using connectors::ExaminationActions;
using connectors::Examined;

/// Lines from the server: "+TEXT" something is well, "!" throws, "s" ready to send, "." all is said.
class LineExamination final : public connectors::Examination {
 public:
  explicit LineExamination(const connectors::ExaminationRequest& request) {
    if (request.messages == connectors::SelfMessages::none) return;
    connectors::Transfer transfer;
    transfer.label = "mail_to_itself";
    messages_.push_back(std::move(transfer));
  }
  [[nodiscard]] const std::vector<connectors::Transfer>& messages() const override { return messages_; }
  [[nodiscard]] Examined not_connected(connectors::NotConnected how, const std::string& why) const override {
    return {
        "login",
        {InboxHealthState::unhealthy, how == connectors::NotConnected::login_refused ? "refused" : "away", why, {}}};
  }
  ExaminationActions started(Timestamp) override { return well("login"); }
  ExaminationActions received(std::string_view bytes, Timestamp) override {
    if (bytes == "!") throw std::logic_error("a bug of the channel's");
    if (bytes.starts_with('+')) return well(std::string(bytes.substr(1)));
    ExaminationActions actions;
    actions.ready = bytes == "s";
    actions.close = bytes == ".";
    return actions;
  }
  ExaminationActions sent(std::size_t, const connectors::Exchange& answer, Timestamp) override {
    return well("sent " + std::to_string(answer.status));
  }
  ExaminationActions due(Timestamp) override { return {}; }

 private:
  static ExaminationActions well(std::string what) {
    ExaminationActions actions;
    actions.examined.push_back({std::move(what), {InboxHealthState::healthy, {}, "well", {}}});
    return actions;
  }
  std::vector<connectors::Transfer> messages_;
};

class ExaminedChannel final : public StreamChannel, public connectors::Examines {
 public:
  connectors::CheckFinding check{InboxHealthState::healthy, {}, {}, "desk@mail.test"};
  mutable std::string bearer;
  [[nodiscard]] connectors::CheckStep next_check_step(const connectors::Exchanges&) const override { return check; }
  [[nodiscard]] std::unique_ptr<connectors::Examination> examine(
      const connectors::ExaminationRequest& request) const override {
    bearer = request.bearer;
    return std::make_unique<LineExamination>(request);
  }
};

struct Practice : Desk {
  Practice() { add_channel("mail", channel); }
  /// "login: well"; a finding that is not well is told with its code.
  std::vector<std::string> told() {
    const auto state = examinations.state().value();
    std::vector<std::string> lines;
    for (const auto& examined : state.examined)
      lines.push_back((examined.what.empty() ? examined.finding.account : examined.what) + ": " +
                      (examined.finding.state == InboxHealthState::healthy ? "well" : examined.finding.code));
    return lines;
  }
  bool done() { return examinations.state().value().step == ExaminationStep::done; }
  void begin(connectors::SelfMessages messages = connectors::SelfMessages::none) {
    REQUIRE(examinations.begin("mail", messages));
  }

  std::shared_ptr<ExaminedChannel> channel = std::make_shared<ExaminedChannel>();
  ScriptedStreams connections;
  Examinations examinations{{transfers, connections, clock, random}, channels()};
};

using Lines = std::vector<std::string>;

TEST_CASE("an inbox's account comes first, then what its connection offers; without being asked no mail is sent") {
  Practice practice;
  practice.begin();
  practice.connections.last().connect();
  practice.connections.last().feed("+folders");
  CHECK(practice.told() == Lines{"desk@mail.test: well", "login: well", "folders: well"});
  CHECK_FALSE(practice.done());
  practice.connections.last().feed(".");
  CHECK(practice.done());
  CHECK(practice.told().back() == "mail to itself: well");
  CHECK(practice.transfers.made().empty());
  CHECK_FALSE(practice.connections.last().open);
}

TEST_CASE("a login by a token asks for it first, and a refused one is told") {
  Practice practice;
  practice.channel->asks_token = true;
  SECTION("given") {
    practice.transfers.enqueue(200, "secret");
    practice.begin();
    CHECK(practice.channel->bearer == "secret");
    CHECK(practice.connections.last().endpoint.login->bearer == "secret");
  }
  SECTION("refused") {
    practice.transfers.enqueue(401, "");
    practice.begin();
    CHECK(practice.connections.count() == 0);
    CHECK(practice.done());
    CHECK(practice.told() == Lines{"desk@mail.test: well", "token: ", "mail to itself: well"});
  }
}

TEST_CASE("mail to itself goes out when the connection is ready for it, and only from an inbox that is well") {
  Practice practice;
  SECTION("well") {
    practice.begin(connectors::SelfMessages::send);
    practice.connections.last().connect();
    practice.connections.last().feed("s");
    REQUIRE(practice.transfers.made().size() == 1);
    CHECK(practice.transfers.made().front().transfer.label == "mail_to_itself");
    practice.transfers.complete_oldest(ScriptedTransfers::answered(250, ""));
    CHECK(practice.told().back() == "sent 250: well");
  }
  SECTION("not well") {
    practice.channel->check = {InboxHealthState::unhealthy, "login_refused", "set the password", {}};
    practice.begin(connectors::SelfMessages::send);
    practice.connections.last().connect();
    practice.connections.last().feed("s");
    practice.connections.last().feed(".");
    CHECK(practice.transfers.made().empty());
    CHECK(practice.told().back() == "mail to itself: ");
    CHECK(practice.examinations.state()->examined.back().finding.state == InboxHealthState::degraded);
  }
}

TEST_CASE("an examination ends whatever becomes of its connection") {
  Practice practice;
  practice.begin();
  std::string last;
  SECTION("it never comes about") {
    practice.connections.last().close();
    last = "login: away";
  }
  SECTION("its login is refused") {
    practice.connections.last().close(transfers::ClosedBy::login_refused);
    last = "login: refused";
  }
  SECTION("it ends too early") {
    practice.connections.last().connect();
    practice.connections.last().close();
    last = "connection: broken_off";
  }
  SECTION("the channel's code fails") {
    practice.connections.last().connect();
    practice.connections.last().feed("!");
    last = "check: check_broken";
  }
  SECTION("it takes too long, although somebody asks") {
    practice.connections.last().connect();
    for (Milliseconds waited{0}; waited <= examination_max; waited += examination_lease / 2) {
      practice.clock.advance(examination_lease / 2);
      CHECK(practice.examinations.state());
    }
    last = "connection: broken_off";
  }
  REQUIRE(practice.done());
  const auto told = practice.told();
  CHECK(told.at(told.size() - 2) == last);
  CHECK_FALSE(practice.connections.last().open);
}

TEST_CASE("one inbox is looked at at a time, as long as somebody asks") {
  Practice practice;
  CHECK(practice.examinations.begin("nobody", {}).error().code == ErrorCode::not_found);
  CHECK(practice.examinations.state().error().code == ErrorCode::not_found);
  practice.begin();
  CHECK(practice.examinations.begin("mail", {}).error().code == ErrorCode::conflict);
  practice.clock.advance(examination_lease + Milliseconds{1});
  CHECK_FALSE(practice.connections.last().open);
  CHECK(practice.examinations.state().error().code == ErrorCode::not_found);
  practice.begin();
  practice.connections.last().connect();
  practice.connections.last().feed(".");
  practice.clock.advance(examination_lease * 2);
  CHECK(practice.done());
}

TEST_CASE("none outlives a stop") {
  Practice practice;
  practice.begin();
  practice.examinations.stop();
  CHECK_FALSE(practice.connections.last().open);
  CHECK(practice.examinations.begin("mail", {}).error().code == ErrorCode::draining);
}

}  // namespace
}  // namespace inboxd::ingest
