// spdlog behind daemon/observe/log.hpp: a logger of its own, no registry.
#include "daemon/observe/log.hpp"

#include <algorithm>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace inboxd::observe {
namespace {

constexpr std::size_t value_bytes_max = 1024;

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// syslog(3)'s priorities, as the journal reads them.
char priority(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return '7';
    case LogLevel::info:
      return '6';
    case LogLevel::warning:
      return '4';
    case LogLevel::error:
      return '3';
  }
  return '3';
}

/// So that no text from outside can begin a line of its own or paint the terminal.
void append_escaped(std::string& line, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7F) {
      line += c;
    } else if (c == '\n') {
      line += "\\n";
    } else {
      line += "\\x";
      line += digits[byte >> 4U];
      line += digits[byte & 15U];
    }
  }
}

void append_value(std::string& line, std::string_view value) {
  const bool cut = value.size() > value_bytes_max;
  value = value.substr(0, value_bytes_max);
  const bool quoted = value.empty() || value.find_first_of(" =\"\\") != std::string_view::npos;
  if (quoted) line += '"';
  for (std::size_t at = 0; at < value.size();) {
    const auto special = std::min(value.find_first_of("\"\\", at), value.size());
    append_escaped(line, value.substr(at, special - at));
    if (special < value.size()) (line += '\\') += value[special];
    at = special + 1;
  }
  if (quoted) line += '"';
  if (cut) line += "…";
}

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit LineSink(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_(std::string_view(message.payload.data(), message.payload.size()));
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> line_;
};

}  // namespace

struct Log::Output {
  LogFormat format;
  spdlog::logger logger;
  std::function<bool(const JournalEntry&)> journal;  // false: not taken
};

Log::Log(LogLevel least, LogFormat format, const Redactor& redactor)
    : redactor_(redactor),
      output_(std::make_unique<Output>(Output{
          format, spdlog::logger("inboxd", std::make_shared<spdlog::sinks::stderr_sink_mt>()), send_to_journal})) {
  const char* pattern = format == LogFormat::plain ? "%Y-%m-%dT%H:%M:%S.%eZ %v" : "%v";
  output_->logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  output_->logger.flush_on(spdlog::level::debug);
  set_least(least);
}

Log::Log(LogLevel least, const Redactor& redactor, std::function<void(std::string_view)> line)
    : redactor_(redactor),
      output_(std::make_unique<Output>(
          Output{LogFormat::plain, spdlog::logger("inboxd", std::make_shared<LineSink>(std::move(line))), {}})) {
  set_least(least);
}

Log::Log(LogLevel least, const Redactor& redactor, std::function<bool(const JournalEntry&)> journal)
    : Log(least, LogFormat::journald, redactor) {
  output_->journal = std::move(journal);
}

Log::~Log() = default;

void Log::debug(std::string_view component, std::string_view message, LogFields fields) {
  write(LogLevel::debug, component, message, fields);
}
void Log::info(std::string_view component, std::string_view message, LogFields fields) {
  write(LogLevel::info, component, message, fields);
}
void Log::warning(std::string_view component, std::string_view message, LogFields fields) {
  write(LogLevel::warning, component, message, fields);
}
void Log::error(std::string_view component, std::string_view message, LogFields fields) {
  write(LogLevel::error, component, message, fields);
}

void Log::set_least(LogLevel least) { output_->logger.set_level(spdlog_level(least)); }

void Log::write(LogLevel level, std::string_view component, std::string_view message, LogFields fields) {
  if (!output_->logger.should_log(spdlog_level(level))) return;
  std::string line(component);
  line += ": ";
  append_escaped(line, redactor_.redact(message));
  for (const auto& field : fields) {
    ((line += ' ') += field.key) += '=';
    append_value(line, redactor_.redact(field.value));
  }
  if (output_->format == LogFormat::journald) {
    if (write_to_journal(level, component, line, fields)) return;
    line.insert(0, "<" + std::string(1, priority(level)) + ">");
  } else {
    line.insert(0, std::string(enum_name(level)) + ' ');
  }
  output_->logger.log(spdlog_level(level), spdlog::string_view_t(line));
}

bool Log::write_to_journal(LogLevel level, std::string_view component, std::string_view line, LogFields fields) {
  JournalEntry entry{"PRIORITY=" + std::string(1, priority(level)), "MESSAGE=" + std::string(line),
                     "SYSLOG_IDENTIFIER=inboxd", "INBOXD_COMPONENT=" + std::string(component)};
  for (const auto& field : fields) {
    entry.push_back(journal_field(field.key) + '=');
    append_escaped(entry.back(), std::string_view(redactor_.redact(field.value)).substr(0, value_bytes_max));
  }
  return output_->journal(entry);
}

}  // namespace inboxd::observe
