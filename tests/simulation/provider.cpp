#include "tests/simulation/provider.hpp"

#include <algorithm>

namespace inboxd::simulation {
namespace {

constexpr std::chrono::hours a_day{24};

}  // namespace

void Provider::live_on() {
  if (said_.empty() || with_.chance.percent(60)) return write();
  change_message();
}

void Provider::write() {
  Happening happening;
  happening.number = next_number_++;
  happening.message = next_number_++;
  happening.person = static_cast<int>(with_.chance.below(people));
  happening.text = "c" + std::to_string(happening.message);
  happening.with_file = with_.chance.percent(5);
  said_.push_back({happening.message, happening.person});
  with_.truth.said(inbox_, dialect_->external_id(happening.person, happening.message)).texts.insert(happening.text);
  tell(std::move(happening));
}

void Provider::change_message() {
  // Of late ones mostly: an old one is changed now and then.
  const auto from = with_.chance.percent(90) && said_.size() > 20 ? said_.size() - 20 : 0;
  const auto& about = said_[from + with_.chance.below(said_.size() - from)];
  Happening happening;
  happening.kind =
      std::vector{Happens::edit, Happens::edit, Happens::reaction, Happens::deletion}[with_.chance.below(4)];
  if (!dialect_->tells(happening.kind)) return;
  happening.number = next_number_++;
  happening.message = about.number;
  happening.person = about.person;
  happening.text = happening.kind == Happens::reaction ? "👍" : "c" + std::to_string(happening.number) + " edited";
  if (happening.kind == Happens::edit)
    with_.truth.said(inbox_, dialect_->external_id(about.person, about.number)).texts.insert(happening.text);
  tell(std::move(happening));
}

void Provider::tell(Happening happening) {
  happening.at = with_.now();
  if (!dialect_->polled() && with_.chance.percent(3)) {
    with_.journal.note(name_ + ": news " + std::to_string(happening.number) + " is lost at the provider");
    return;
  }
  Notice notice{happening, dialect_->event(happening), with_.now()};
  if (with_.chance.percent(10)) notice.due += Milliseconds{with_.chance.between(0, 3'600'000)};
  waiting_.push_back(std::move(notice));
}

std::optional<Provider::Delivery> Provider::next_webhook(Due due) {
  if (dialect_->polled()) return std::nullopt;
  std::vector<std::size_t> ready;
  for (std::size_t i = 0; i < waiting_.size() && ready.size() < 40; ++i)
    if (due == Due::whenever || waiting_[i].due <= with_.now()) ready.push_back(i);
  if (ready.empty()) return std::nullopt;
  // Mostly in order, sometimes any: providers retry beside what is new.
  std::size_t first = with_.chance.percent(70) ? 0 : with_.chance.below(ready.size());
  auto count =
      static_cast<std::size_t>(with_.chance.between(1, static_cast<std::int64_t>(dialect_->events_per_webhook_max())));
  count = std::min(count, ready.size() - first);
  std::vector<Notice> sent;
  std::vector<std::string> events;
  for (std::size_t i = 0; i < count; ++i) {
    auto& notice = waiting_[ready[first + i]];
    before_sending(notice);
    events.push_back(notice.event);
    sent.push_back(notice);
  }
  for (std::size_t i = count; i-- > 0;)
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(ready[first + i]));
  const auto number = next_delivery_++;
  with_.journal.note(name_ + ": webhook " + std::to_string(number) + " with " + std::to_string(count) +
                     " events from " + std::to_string(sent.front().happening.number));
  handed_over_.emplace(number, std::move(sent));
  return Delivery{number, dialect_->webhook(events)};
}

void Provider::before_sending(Notice& notice) {
  const auto& about = notice.happening;
  if (notice.must_count || about.kind == Happens::receipt) return;
  notice.must_count = with_.truth.said(inbox_, dialect_->external_id(about.person, about.message)).acknowledged;
}

void Provider::answered(std::int64_t delivery, int status, const storage::Tables& tables) {
  auto found = handed_over_.extract(delivery);
  with_.journal.note(name_ + ": webhook " + std::to_string(delivery) + " answered " + std::to_string(status));
  if (found.empty()) throw Broken("a webhook was answered twice");
  if (status != 200 && status != 503) throw Broken("a webhook was answered " + std::to_string(status));
  for (auto& notice : found.mapped()) {
    if (status != 200) {
      waiting_.push_back(std::move(notice));
      continue;
    }
    acknowledge(notice, tables);
    if (!with_.chance.percent(12)) continue;
    // Its own answer was lost on the way to it: again at once, or a day later.
    notice.due = with_.now() + (with_.chance.percent(70) ? Milliseconds{0} : Milliseconds{a_day});
    waiting_.push_back(std::move(notice));
  }
}

void Provider::acknowledge(const Notice& notice, const storage::Tables& tables) {
  const auto& about = notice.happening;
  const auto id = dialect_->external_id(about.person, about.message);
  switch (about.kind) {
    case Happens::message:
      return with_.truth.acknowledged(tables, inbox_, id);
    case Happens::edit:
      if (notice.must_count.value_or(false)) {
        auto& until = with_.truth.said(inbox_, id).edits_until;
        until = std::max(until, to_unix_ms(about.at) / 1000);
      }
      return;
    case Happens::deletion:
      if (notice.must_count.value_or(false)) with_.truth.said(inbox_, id).deleted = true;
      return;
    case Happens::reaction:
    case Happens::receipt:
      return;
  }
}

void Provider::lost_contact() {
  for (auto& [number, notices] : handed_over_)
    for (auto& notice : notices) waiting_.push_back(std::move(notice));
  handed_over_.clear();
}

Provider::Answer Provider::answer(const connectors::Transfer& request, Mood mood, storage::Blobs& blobs,
                                  const storage::Tables& tables) {
  const auto call = dialect_->read(request);
  if (call.asks == Asks::poll) return give_news(call, tables);
  if (mood == Mood::any && with_.chance.percent(12)) {
    static constexpr Refusal refusals[] = {Refusal::wait, Refusal::out_of_order, Refusal::gave_up_waiting,
                                           Refusal::never, Refusal::not_authorised};
    const auto drawn = with_.chance.below(16);
    const auto refusal = refusals[drawn < 5 ? 0 : drawn < 10 ? 1 : drawn < 12 ? 2 : drawn < 15 ? 3 : 4];
    if (refusal == Refusal::gave_up_waiting) {
      // A gateway in front: what stands behind it may have done the work.
      const auto exchange = dialect_->refused(refusal);
      const bool promises_nothing = exchange.status == 503;
      if (!promises_nothing && call.asks == Asks::send && with_.chance.percent(50)) take(call, mood);
      return {exchange, false, !promises_nothing};
    }
    return {dialect_->refused(refusal), false, false};
  }
  if (call.asks == Asks::fetch) return give_file(blobs);
  if (call.asks == Asks::send) return take(call, mood);
  return {dialect_->accepted(call, 0), false, false};
}

Provider::Answer Provider::take(const Call& call, Mood mood) {
  const auto number = next_number_++;
  const bool fails = mood == Mood::any && dialect_->tells(Happens::receipt) && with_.chance.percent(5);
  with_.truth.arrived(call.text, fails);
  if (dialect_->tells(Happens::receipt)) report_receipts(call, number, fails);
  return {dialect_->accepted(call, number), true, false};
}

void Provider::report_receipts(const Call& call, std::int64_t number, bool fails) {
  for (const auto* state : {"sent", "delivered", "read"}) {
    Happening happening;
    happening.kind = Happens::receipt;
    happening.number = next_number_++;
    happening.message = number;
    happening.person = call.person;
    happening.text = fails ? "failed" : state;
    happening.correlation = call.correlation;
    if (with_.chance.percent(80) || fails) tell(happening);
    if (fails) return;
  }
}

Provider::Answer Provider::give_news(const Call& call, const storage::Tables& tables) {
  // Asking for a later one confirms those before it.
  while (!waiting_.empty() && waiting_.front().happening.number < call.offset) {
    acknowledge(waiting_.front(), tables);
    waiting_.pop_front();
  }
  std::vector<std::string> events;
  for (std::size_t i = 0; i < waiting_.size() && i < 4; ++i) {
    before_sending(waiting_[i]);
    events.push_back(waiting_[i].event);
  }
  return {dialect_->news(events), false, false};
}

Provider::Answer Provider::give_file(storage::Blobs& blobs) {
  const std::string bytes = "picture";
  auto writer = blobs.create();
  auto exchange = answer_with(200, "");
  if (!writer || !(*writer)->write(bytes)) throw Broken("a blob cannot be written");
  auto blob = (*writer)->finish();
  if (!blob) throw Broken("a blob cannot be finished");
  exchange.blob = *blob;
  return {std::move(exchange), false, false};
}

}  // namespace inboxd::simulation
