// settings → check → token → connection → (channel's examination)* → end.
#include "daemon/ingest/inbox_examination.hpp"

#include <exception>
#include <utility>

#include <fmt/format.h>

#include "daemon/ingest/checks.hpp"

namespace inboxd::ingest {

using connectors::CheckFinding;
using connectors::ExaminationActions;
using connectors::SelfMessages;

InboxExamination::InboxExamination(Surroundings with, InboxExaminationOrder order, Told told, Done done)
    : with_(with), order_(std::move(order)), told_(std::move(told)), done_(std::move(done)) {}

template <class Call>
void InboxExamination::ask_channel(Call call) {
  if (ended_) return;
  try {
    call();
  } catch (const std::exception&) {
    end_with("check", {InboxHealthState::degraded, "check_broken", "the channel's code failed on it", {}});
  }
}

void InboxExamination::begin() {
  limit_ = with_.clock.after(examination_max, [this] {
    end_with("connection", {InboxHealthState::unhealthy, "broken_off", "it takes too long", {}});
  });
  ask_channel([this] {
    if (auto finding = order_.channel.connector->settings_finding()) return checked(std::move(*finding));
    next_check_step();
  });
}

void InboxExamination::next_check_step() {
  auto step = order_.channel.connector->next_check_step(check_);
  if (auto* finding = std::get_if<CheckFinding>(&step)) return checked(std::move(*finding));
  if (check_.size() >= check_steps_max)
    return checked({InboxHealthState::degraded,
                    "check_broken",
                    "the channel's code asks for more steps than a check may have",
                    {}});
  with_.transfers.perform(std::move(std::get<connectors::Transfer>(step)), order_.channel.reach,
                          lifetime_.guard([this](connectors::Exchange answer) {
                            answer.now = with_.clock.now();
                            answer.nonce = with_.random.next();
                            check_.push_back(std::move(answer));
                            ask_channel([this] { next_check_step(); });
                          }));
}

void InboxExamination::checked(CheckFinding finding) {
  well_ = finding.state == InboxHealthState::healthy;
  told_({{}, std::move(finding)});
  const auto* streams = dynamic_cast<const connectors::Streams*>(order_.channel.connector.get());
  if (streams == nullptr || dynamic_cast<const connectors::Examines*>(order_.channel.connector.get()) == nullptr)
    return end();
  auto endpoints = streams->streams();
  // Mail that is handed over by LMTP shows itself in the mail server's queue.
  if (endpoints.empty()) return end();
  endpoint_ = std::move(endpoints.front());
  ask_login();
}

void InboxExamination::ask_login() {
  const auto& streams = dynamic_cast<const connectors::Streams&>(*order_.channel.connector);
  const auto request = streams.login_request(endpoint_);
  if (!request || !endpoint_.login) return connect();
  with_.transfers.perform(*request, order_.channel.reach,
                          lifetime_.guard([this, &streams, label = request->label](connectors::Exchange answer) {
                            ask_channel([&] {
                              answer.label = label;
                              auto bearer = streams.bearer_of(answer);
                              if (!bearer)
                                return end_with("token", {InboxHealthState::unhealthy, {}, bearer.error().detail, {}});
                              endpoint_.login->bearer = std::move(bearer).value();
                              connect();
                            });
                          }));
}

void InboxExamination::connect() {
  connectors::ExaminationRequest request;
  request.messages = well_ ? order_.messages : SelfMessages::none;
  request.nonce = fmt::format("{:08x}", with_.random.next() >> 32U);
  if (endpoint_.login) request.bearer = endpoint_.login->bearer;
  request.now = with_.clock.now();
  examination_ = dynamic_cast<const connectors::Examines&>(*order_.channel.connector).examine(request);
  connection_ =
      with_.connections.connect(endpoint_, order_.channel.reach,
                                {[this] {
                                   connected_ = true;
                                   ask_channel([this] { follow(examination_->started(with_.clock.now())); });
                                 },
                                 [this](const std::string& bytes) {
                                   ask_channel([&] { follow(examination_->received(bytes, with_.clock.now())); });
                                 },
                                 [this](const transfers::StreamClosed& how) { ask_channel([&] { closed(how); }); }});
}

void InboxExamination::follow(ExaminationActions actions) {
  if (!actions.write.empty()) connection_->write(std::move(actions.write));
  for (auto& examined : actions.examined) told_(std::move(examined));
  if (actions.wake_after)
    wake_ = with_.clock.after(*actions.wake_after,
                              [this] { ask_channel([this] { follow(examination_->due(with_.clock.now())); }); });
  if (actions.close) return end();
  if (actions.ready) send();
}

void InboxExamination::send() {
  const auto& messages = examination_->messages();
  for (std::size_t i = 0; i < messages.size(); ++i)
    with_.transfers.perform(messages[i], order_.channel.reach,
                            lifetime_.guard([this, i](const connectors::Exchange& answer) {
                              ask_channel([&] { follow(examination_->sent(i, answer, with_.clock.now())); });
                            }));
}

void InboxExamination::closed(const transfers::StreamClosed& how) {
  if (connected_)
    return end_with(
        "connection",
        {InboxHealthState::unhealthy, "broken_off", "the connection ended before all was looked at: " + how.why, {}});
  told_(examination_->not_connected(how.by == transfers::ClosedBy::login_refused
                                        ? connectors::NotConnected::login_refused
                                        : connectors::NotConnected::unreachable,
                                    how.why));
  end();
}

void InboxExamination::say_unsent() {
  constexpr auto what = "mail to itself";
  if (order_.messages == SelfMessages::none)
    told_({what, order_.unsent});
  else if (!well_)
    told_({what, {InboxHealthState::degraded, {}, "not sent: what is said above of this inbox comes first", {}}});
}

void InboxExamination::end_with(std::string what, CheckFinding finding) {
  if (ended_) return;
  told_({std::move(what), std::move(finding)});
  end();
}

void InboxExamination::end() {
  if (ended_) return;
  ended_ = true;
  // Also where it came to no connection.
  if (!endpoint_.name.empty()) say_unsent();
  limit_.reset();
  wake_.reset();
  connection_.reset();
  done_();
}

}  // namespace inboxd::ingest
