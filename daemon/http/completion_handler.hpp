// A move-only handler of a read or a write with its type erased, so that Beast and Asio's streams are instantiated
// once for it and not once for each caller. Used by Wire and Transport.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <boost/system/error_code.hpp>

namespace inboxd::http {

class CompletionHandler {
 public:
  CompletionHandler() = default;
  template <class F>
  static CompletionHandler of(F function) {
    CompletionHandler made;
    made.call_ = std::make_unique<CallOf<F>>(std::move(function));
    return made;
  }

  explicit operator bool() const { return call_ != nullptr; }
  /// Calls once; empty afterwards.
  void operator()(boost::system::error_code error, std::size_t size) {
    const auto call = std::exchange(call_, nullptr);
    call->run(error, size);
  }

 private:
  struct Call {
    virtual ~Call() = default;
    virtual void run(boost::system::error_code error, std::size_t size) = 0;
  };
  template <class F>
  struct CallOf final : Call {
    explicit CallOf(F given) : function(std::move(given)) {}
    void run(boost::system::error_code error, std::size_t size) override { std::move(function)(error, size); }
    F function;
  };

  std::unique_ptr<Call> call_;
};

}  // namespace inboxd::http
