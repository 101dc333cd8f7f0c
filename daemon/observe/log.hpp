// The daemon's log: one line per event with level, component, message and key=value fields, to stderr. Passed by
// reference to whoever reports something; safe from any thread. Never message bodies; secrets pass through Redactor.
//
//     log.warning("delivery", "send failed", {{"inbox", name}, {"attempt", attempt}, {"why", error.detail}});
#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "daemon/observe/journal.hpp"
#include "daemon/observe/redactor.hpp"
#include "schemas/types/enum_names.hpp"

namespace inboxd::observe {

enum class LogLevel { debug, info, warning, error };

}  // namespace inboxd::observe

namespace inboxd {
template <>
struct EnumNames<observe::LogLevel> {
  static constexpr std::array<std::pair<observe::LogLevel, std::string_view>, 4> table{{
      {observe::LogLevel::debug, "debug"},
      {observe::LogLevel::info, "info"},
      {observe::LogLevel::warning, "warning"},
      {observe::LogLevel::error, "error"},
  }};
};
}  // namespace inboxd

namespace inboxd::observe {

/// One key=value of a line. Values are cut at 1 KiB, quoted where needed, control characters escaped.
struct LogField {
  std::string_view key;
  std::string value;

  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, bool flag) : key(name), value(flag ? "true" : "false") {}
  template <class Number>
  requires(std::integral<Number> && !std::same_as<Number, bool>) LogField(std::string_view name, Number number)
      : key(name), value(std::to_string(number)) {}
};
using LogFields = std::initializer_list<LogField>;

/// plain: text on stderr, with the time in front. journald: fields to the journal, which has the time; what it does not
/// take goes to stderr, with sd-daemon(3)'s "<priority>" in front.
enum class LogFormat { plain, journald };

class Log {
 public:
  /// To stderr. `redactor` outlives this.
  Log(LogLevel least, LogFormat format, const Redactor& redactor);
  /// To `line` instead, one call per line without its end: for tests.
  Log(LogLevel least, const Redactor& redactor, std::function<void(std::string_view)> line);
  /// As to the journal, to `journal` instead: for tests.
  Log(LogLevel least, const Redactor& redactor, std::function<bool(const JournalEntry&)> journal);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view component, std::string_view message, LogFields fields = {});
  void info(std::string_view component, std::string_view message, LogFields fields = {});
  void warning(std::string_view component, std::string_view message, LogFields fields = {});
  void error(std::string_view component, std::string_view message, LogFields fields = {});

  /// On reload of the configuration.
  void set_least(LogLevel least);

 private:
  void write(LogLevel level, std::string_view component, std::string_view message, LogFields fields);

  [[nodiscard]] bool write_to_journal(LogLevel level, std::string_view component, std::string_view line,
                                      LogFields fields);

  struct Output;
  const Redactor& redactor_;
  std::unique_ptr<Output> output_;
};

}  // namespace inboxd::observe
