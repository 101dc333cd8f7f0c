// Outgoing requests that a test answers itself: by a queue of answers, by a rule, or later by hand. Every request is
// kept for inspection. Answers are given inline, or on demand for those that found neither rule nor queue.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/transfers/transfers.hpp"

namespace inboxd {

class ScriptedTransfers final : public transfers::Transfers {
 public:
  struct Made {
    connectors::Transfer transfer;
    transfers::Reach reach;
    std::function<void(connectors::Exchange)> done;  // empty once answered
  };
  using Rule = std::function<std::optional<connectors::Exchange>(const connectors::Transfer&)>;

  /// The next request without a queued answer ahead of it gets this one, inline.
  void enqueue(connectors::Exchange answer) { answers_.push_back(std::move(answer)); }
  void enqueue(int status, std::string body) { enqueue(answered(status, std::move(body))); }
  void enqueue(connectors::TransferFailure failure, std::string detail = "scripted") {
    enqueue(failed(failure, std::move(detail)));
  }
  /// Asked before the queue; nothing: go on to the queue.
  void answer_by(Rule rule) { rule_ = std::move(rule); }

  void perform(connectors::Transfer transfer, transfers::Reach reach,
               std::function<void(connectors::Exchange)> done) override {
    made_.push_back({std::move(transfer), std::move(reach), std::move(done)});
    const std::size_t index = made_.size() - 1;
    if (rule_) {
      if (auto answer = rule_(made_[index].transfer)) return complete(index, std::move(*answer));
    }
    if (answers_.empty()) return;
    auto answer = std::move(answers_.front());
    answers_.pop_front();
    complete(index, std::move(answer));
  }

  /// Every request so far, answered or not, oldest first.
  [[nodiscard]] const std::deque<Made>& made() const { return made_; }
  /// Indices into made() of the requests that still wait.
  [[nodiscard]] std::vector<std::size_t> waiting() const {
    std::vector<std::size_t> indices;
    for (std::size_t index = 0; index < made_.size(); ++index)
      if (made_[index].done) indices.push_back(index);
    return indices;
  }
  void complete(std::size_t index, connectors::Exchange answer) {
    auto done = std::exchange(made_.at(index).done, nullptr);
    if (!done) throw std::logic_error("request answered twice");
    if (answer.label.empty()) answer.label = made_[index].transfer.label;
    done(std::move(answer));
  }
  void complete_oldest(connectors::Exchange answer) {
    const auto indices = waiting();
    if (indices.empty()) throw std::logic_error("no request waits for an answer");
    complete(indices.front(), std::move(answer));
  }

  static connectors::Exchange answered(int status, std::string body, connectors::Headers headers = {}) {
    connectors::Exchange exchange;
    exchange.status = status;
    exchange.headers = std::move(headers);
    exchange.body = std::move(body);
    return exchange;
  }
  static connectors::Exchange failed(connectors::TransferFailure failure, std::string detail = "scripted") {
    connectors::Exchange exchange;
    exchange.failure = failure;
    exchange.failure_detail = std::move(detail);
    return exchange;
  }

 private:
  std::deque<Made> made_;
  std::deque<connectors::Exchange> answers_;
  Rule rule_;
};

}  // namespace inboxd
