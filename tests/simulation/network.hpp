// Outgoing requests on their way: each arrives or does not, is answered or not, in any order, when the scheduler says
// so; a time-out of the virtual clock ends what hangs. A crash takes all of them away, arrived or not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/clock/clock.hpp"
#include "daemon/transfers/transfers.hpp"
#include "tests/simulation/machine.hpp"
#include "tests/simulation/provider.hpp"

namespace inboxd::simulation {

class Network final : public transfers::Transfers {
 public:
  struct Surroundings {
    NetLoop& loop;
    Clock& clock;
    Chance& chance;
    Truth& truth;
    Journal& journal;
    std::vector<std::unique_ptr<Provider>>& providers;
    storage::Blobs& blobs;
    std::function<void(const std::function<void(const storage::Tables&)>&)> look;
  };

  explicit Network(Surroundings surroundings) : with_(std::move(surroundings)) {}

  void perform(connectors::Transfer transfer, transfers::Reach reach,
               std::function<void(connectors::Exchange)> done) override;

  [[nodiscard]] std::size_t waiting() const { return requests_.size(); }
  /// Besides polls, which are always under way.
  [[nodiscard]] std::size_t at_work() const;
  /// One of them gets on.
  void step(Provider::Mood mood);
  void crash();

 private:
  enum class Stage { leaving, answering };
  struct Request {
    std::uint64_t number = 0;
    connectors::Transfer transfer;
    Provider* provider = nullptr;
    std::function<void(connectors::Exchange)> done;
    Stage stage = Stage::leaving;
    connectors::Exchange answer;
    std::unique_ptr<Wait> time_out;
  };
  using Place = std::vector<std::unique_ptr<Request>>::iterator;

  Provider& provider_of(const connectors::Transfer& transfer);
  void arrive(Request& request, Provider::Mood mood);
  void end(Place place, connectors::Exchange answer);
  void fail(Place place, connectors::TransferFailure failure);
  void timed_out(std::uint64_t number);
  void doubt(const Request& request);

  Surroundings with_;
  std::uint64_t next_ = 1;
  std::vector<std::unique_ptr<Request>> requests_;
};

}  // namespace inboxd::simulation
