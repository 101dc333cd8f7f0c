// The wire never completes an operation inside its start, as awaitables require.
#include "daemon/http/wire_awaits.hpp"

#include <utility>

namespace inboxd::http {

namespace {
using Operation = std::function<void(CompletionHandler)>;

asio::awaitable<Received> wait_for(Operation operation) {
  auto initiate = [](auto handler, const Operation& begin) {
    begin(
        CompletionHandler::of([resume = std::move(handler)](boost::system::error_code error, std::size_t size) mutable {
          std::move(resume)(Received{error, size});
        }));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(Received)>(initiate, asio::use_awaitable,
                                                                              std::move(operation));
}
}  // namespace

// NOLINTBEGIN(performance-unnecessary-value-param): what is awaited holds its wire, however it is written
asio::awaitable<Received> handshake(std::shared_ptr<Wire> wire) {
  return wait_for([wire](CompletionHandler done) { wire->handshake(std::move(done)); });
}

asio::awaitable<Received> receive(std::shared_ptr<Wire> wire, asio::mutable_buffer into) {
  return wait_for([wire, into](CompletionHandler done) { wire->read_some(into, std::move(done)); });
}

asio::awaitable<Received> drained(std::shared_ptr<Wire> wire) {
  return wait_for([wire](CompletionHandler done) { wire->when_drained(std::move(done)); });
}

asio::awaitable<bool> live(std::shared_ptr<Wire> wire, LiveStart start) {
  auto held = std::make_shared<LiveStart>(std::move(start));
  return completion<bool>([wire, held](const std::function<void(bool)>& done) {
    held->ended = [done] { done(true); };
    start_live(wire, std::move(*held));
  });
}

// NOLINTEND(performance-unnecessary-value-param)

}  // namespace inboxd::http
