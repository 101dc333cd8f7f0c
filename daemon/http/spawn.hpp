// How coroutines of this folder start and wait: spawn() reports what they throw, completion() suspends one until a
// callback is called. Used by the connection's files only; nothing above daemon/http sees a coroutine.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#if defined(__GNUC__) && !defined(__clang__)
// g++ 12 inlines Asio's operator new of coroutine frames but not its operator delete, and warns of the pair it made
// (GCC bug 103993). The warning has no single line to be silenced at: it appears where a coroutine ends.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace inboxd::http {

namespace asio = boost::asio;

using Report = std::function<void(std::string_view)>;

/// Runs `work` to its end; an exception that leaves it is reported under `name`.
void spawn(const asio::any_io_executor& executor, std::string name, Report report, asio::awaitable<void> work);

template <class T>
using Start = std::function<void(std::function<void(T)>)>;

/// Calls `start` with a callback and suspends until it is called, from any thread, exactly once. The coroutine goes
/// on in a later turn of its loop, never inside the callback.
template <class T>
asio::awaitable<T> completion(Start<T> start) {
  auto initiate = [](auto handler, Start<T> begin) {
    auto held = std::make_shared<decltype(handler)>(std::move(handler));
    begin([held](T value) {
      auto executor = asio::get_associated_executor(*held);
      asio::post(executor, [resume = std::move(*held), outcome = std::move(value)]() mutable {
        std::move(resume)(std::move(outcome));
      });
    });
  };
  return asio::async_initiate<const asio::use_awaitable_t<>&, void(T)>(initiate, asio::use_awaitable, std::move(start));
}

}  // namespace inboxd::http
