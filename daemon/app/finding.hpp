// What `inboxd doctor` says: one line each, the worst of them is the exit code.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/app/exit_code.hpp"
#include "schemas/types/enum_names.hpp"

namespace inboxd::app {

enum class Verdict { ok, warning, failed };

struct Finding {
  Verdict verdict = Verdict::ok;
  std::string what;              // "disk", "inbox telegram"
  std::string detail;            // a sentence, and how to mend it
  ExitCode exit = ExitCode::ok;  // of failed
};

using Tell = std::function<void(Finding)>;

inline Finding good(std::string what, std::string detail) {
  return {Verdict::ok, std::move(what), std::move(detail), ExitCode::ok};
}
inline Finding warning(std::string what, std::string detail) {
  return {Verdict::warning, std::move(what), std::move(detail), ExitCode::ok};
}
inline Finding failed(ExitCode exit, std::string what, std::string detail) {
  return {Verdict::failed, std::move(what), std::move(detail), exit};
}

}  // namespace inboxd::app

namespace inboxd {
template <>
struct EnumNames<app::Verdict> {
  static constexpr std::array<std::pair<app::Verdict, std::string_view>, 3> table{{
      {app::Verdict::ok, "ok"},
      {app::Verdict::warning, "warning"},
      {app::Verdict::failed, "failed"},
  }};
};
}  // namespace inboxd
