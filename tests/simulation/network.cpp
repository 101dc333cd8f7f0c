#include "tests/simulation/network.hpp"

#include <algorithm>

namespace inboxd::simulation {

using connectors::TransferFailure;

Provider& Network::provider_of(const connectors::Transfer& transfer) {
  for (auto& provider : with_.providers)
    if (transfer.url.starts_with(provider->dialect().url_prefix())) return *provider;
  throw Broken("a request went to " + transfer.url);
}

void Network::perform(connectors::Transfer transfer, transfers::Reach /*reach*/,
                      std::function<void(connectors::Exchange)> done) {
  auto request = std::make_unique<Request>();
  request->number = next_++;
  request->provider = &provider_of(transfer);
  request->done = std::move(done);
  request->time_out = with_.clock.after(transfer.timeout, [this, number = request->number] { timed_out(number); });
  request->transfer = std::move(transfer);
  with_.journal.note("request " + std::to_string(request->number) + " " + request->transfer.label + " to " +
                     request->provider->name());
  requests_.push_back(std::move(request));
}

std::size_t Network::at_work() const {
  return static_cast<std::size_t>(std::count_if(
      requests_.begin(), requests_.end(), [](const auto& request) { return request->transfer.label != "getUpdates"; }));
}

void Network::doubt(const Request& request) {
  const auto call = request.provider->dialect().read(request.transfer);
  if (call.asks == Asks::send) with_.truth.in_doubt(call.text);
}

void Network::arrive(Request& request, Provider::Mood mood) {
  with_.look([&](const storage::Tables& tables) {
    auto answer = request.provider->answer(request.transfer, mood, with_.blobs, tables);
    if (answer.in_doubt) doubt(request);
    request.answer = std::move(answer.exchange);
  });
  request.stage = Stage::answering;
}

void Network::step(Provider::Mood mood) {
  const auto place = requests_.begin() + static_cast<std::ptrdiff_t>(with_.chance.below(requests_.size()));
  auto& request = **place;
  const bool fair = mood == Provider::Mood::fair;
  const auto fate = fair ? 99 : with_.chance.below(100);
  if (request.stage == Stage::leaving) {
    if (fate < 4) return fail(place, TransferFailure::not_sent);
    if (fate < 7) {  // the connection breaks; the request may have got through
      doubt(request);
      if (with_.chance.percent(50)) arrive(request, mood);
      return fail(place, TransferFailure::lost);
    }
    arrive(request, mood);
    with_.journal.note("request " + std::to_string(request.number) +
                       " arrived: " + std::to_string(request.answer.status));
    return;
  }
  if (fate < 4) {
    doubt(request);
    return fail(place, TransferFailure::lost);
  }
  // A hanging provider: the answer is ready and does not come yet.
  if (fate < 20) return;
  end(place, std::move(request.answer));
}

void Network::fail(Place place, TransferFailure failure) {
  connectors::Exchange answer;
  answer.failure = failure;
  answer.failure_detail = "simulated";
  end(place, std::move(answer));
}

void Network::end(Place place, connectors::Exchange answer) {
  with_.journal.note("request " + std::to_string((*place)->number) + " ends: " +
                     (answer.failure == TransferFailure::none       ? std::to_string(answer.status)
                      : answer.failure == TransferFailure::not_sent ? "not sent"
                                                                    : "lost"));
  answer.label = (*place)->transfer.label;
  with_.loop.post([done = std::move((*place)->done), answer = std::move(answer)] { done(answer); });
  requests_.erase(place);
}

void Network::timed_out(std::uint64_t number) {
  const auto place =
      std::find_if(requests_.begin(), requests_.end(), [&](const auto& request) { return request->number == number; });
  if (place == requests_.end()) return;
  doubt(**place);
  fail(place, TransferFailure::lost);
}

void Network::crash() {
  for (auto& request : requests_) {
    doubt(*request);
    if (request->stage == Stage::leaving && request->provider->dialect().read(request->transfer).asks != Asks::poll &&
        with_.chance.percent(50))
      arrive(*request, Provider::Mood::any);
  }
  requests_.clear();
}

}  // namespace inboxd::simulation
