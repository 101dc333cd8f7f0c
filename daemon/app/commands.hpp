// What each command of the program does, apart from its options (command_line.cpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "daemon/app/exit_code.hpp"

namespace inboxd::app {

inline constexpr const char* default_config_file = "/etc/inboxd/inboxd.toml";

ExitCode serve(const std::filesystem::path& config_file);
ExitCode check(const std::filesystem::path& config_file);

struct DemoOptions {
  std::string listen = "127.0.0.1:8800";
};
ExitCode demo(const DemoOptions& options);

struct UserAdd {
  std::string email;
  std::string role;
  std::vector<std::string> inboxes;
};
ExitCode user_add(const std::filesystem::path& config_file, const UserAdd& options);
ExitCode token_create(const std::filesystem::path& config_file, const std::string& email);

struct Tail {
  std::string since;
};
ExitCode tail(const std::filesystem::path& config_file, const Tail& options);

struct OutboxList {
  std::string state;
};
ExitCode outbox_list(const std::filesystem::path& config_file, const OutboxList& options);
struct OutboxRetry {
  std::string id;
  bool accept_duplicate = false;
};
ExitCode outbox_retry(const std::filesystem::path& config_file, const OutboxRetry& options);
ExitCode outbox_cancel(const std::filesystem::path& config_file, const std::string& id);
ExitCode outbox_release(const std::filesystem::path& config_file);
struct BackupOptions {
  std::string file;
  bool leave_out_damaged = false;  // attachments
};
ExitCode backup(const std::filesystem::path& config_file, const BackupOptions& options);
ExitCode restore(const std::filesystem::path& config_file, const std::filesystem::path& file);
struct ImportMbox {
  std::filesystem::path file;  // "-": the standard input
  std::string inbox;
  std::string status = "closed";
};
ExitCode import_mbox(const std::filesystem::path& config_file, const ImportMbox& options);
struct ImportImap {
  std::string inbox;
  std::vector<std::string> folders;
  std::string since;  // "2025-01-31"
  std::string status = "closed";
};
ExitCode import_imap(const std::filesystem::path& config_file, const ImportImap& options);
enum class DoctorOutput { lines, json };
struct DoctorOptions {
  DoctorOutput output = DoctorOutput::lines;
  bool send = false;  // inboxes that can send messages to themselves
};
ExitCode doctor(const std::filesystem::path& config_file, const DoctorOptions& options);
ExitCode status(const std::filesystem::path& config_file);

}  // namespace inboxd::app
