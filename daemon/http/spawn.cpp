// The one place where a coroutine is started.
#include "daemon/http/spawn.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace inboxd::http {

void spawn(const asio::any_io_executor& executor, std::string name, Report report, asio::awaitable<void> work) {
  auto ended = [name = std::move(name), report = std::move(report)](const std::exception_ptr& failure) {
    if (!failure || !report) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      report(name + ": " + error.what());
    } catch (...) {
      report(name + ": threw something that is not an exception");
    }
  };
  asio::co_spawn(executor, std::move(work), std::move(ended));
}

}  // namespace inboxd::http
