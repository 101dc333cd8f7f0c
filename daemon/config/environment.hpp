// What the configuration may ask of its surroundings, as a port: environment variables and files. Tests give their own.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>

namespace inboxd::config {

/// Why a file could not be read, as a part of a sentence: "permission denied".
struct Unreadable {
  std::string why;
};

class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual std::optional<std::string> variable(const std::string& name) const = 0;
  /// At most `bytes_max` bytes; a larger file is unreadable.
  [[nodiscard]] virtual std::variant<std::string, Unreadable> read_file(const std::filesystem::path& path,
                                                                        std::size_t bytes_max) const = 0;
};

/// The process's own.
class ProcessEnvironment final : public Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string& name) const override;
  [[nodiscard]] std::variant<std::string, Unreadable> read_file(const std::filesystem::path& path,
                                                                std::size_t bytes_max) const override;
};

}  // namespace inboxd::config
