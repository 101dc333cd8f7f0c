// Answers that outlive who asked: a callback made by guard() does nothing once its Lifetime is gone. A member of
// every engine on the net thread (declared last), which passes its callbacks through it. Never crosses threads.
#pragma once

#include <memory>
#include <utility>

namespace inboxd::command_bus {

class Lifetime {
 public:
  Lifetime() = default;
  Lifetime(const Lifetime&) = delete;
  Lifetime& operator=(const Lifetime&) = delete;

  template <class F>
  auto guard(F call) const {
    return [alive = std::weak_ptr<const char>(token_), call = std::move(call)](auto&&... arguments) {
      if (alive.lock()) call(std::forward<decltype(arguments)>(arguments)...);
    };
  }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

}  // namespace inboxd::command_bus
