// The process's environment variables and files, read for the configuration.
#include "daemon/config/environment.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace inboxd::config {

std::optional<std::string> ProcessEnvironment::variable(const std::string& name) const {
  // Called before any thread starts and on reload; nothing in the process changes its environment.
  const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

std::variant<std::string, Unreadable> ProcessEnvironment::read_file(const std::filesystem::path& path,
                                                                    std::size_t bytes_max) const {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return Unreadable{"it is a directory"};
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Unreadable{errno == 0 ? "it cannot be opened" : std::generic_category().message(errno)};
  std::string text(bytes_max + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) return Unreadable{"reading it failed"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  if (text.size() > bytes_max) return Unreadable{"it is larger than " + std::to_string(bytes_max) + " bytes"};
  return text;
}

}  // namespace inboxd::config
