// Starting and ending the daemon.
#include "tests/bench/daemon_process.hpp"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/sockets.hpp"
#include "tests/bench/traffic.hpp"

namespace inboxd::bench {
namespace {

constexpr std::string_view config = R"([server]
listen = "127.0.0.1:0"
metrics = ""

[storage]
directory = "{}"

[[inbox]]
name = "whatsapp"
connector = "whatsapp"
phone_number_id = "{}"
access_token = "bench-access-token"
app_secret = "{}"
verify_token = "bench-verify-token"
graph_base = "http://127.0.0.1:9"

[[inbox]]
name = "website"
connector = "webchat"
allowed_origins = ["https://bench.example"]
messages_per_minute_max = 100000
visitors_per_hour_max = 100000
)";

/// Reads the log up to the line that says where the daemon serves.
int read_port(std::FILE* log, std::string& seen) {
  char line[4096];
  constexpr std::string_view mark = "listen=127.0.0.1:";
  while (std::fgets(line, sizeof line, log) != nullptr) {
    seen += line;
    const std::string_view text(line);
    if (const auto at = text.find(mark); at != std::string_view::npos)
      return std::stoi(std::string(text.substr(at + mark.size())));
  }
  return 0;
}

}  // namespace

DaemonProcess::DaemonProcess(const std::filesystem::path& program, std::filesystem::path folder)
    : program_(program), folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_);
  std::ofstream(folder_ / "inboxd.toml") << fmt::format(fmt::runtime(config), (folder_ / "store").string(),
                                                        phone_number_id, app_secret);
  ask("user add bench@example.com --role admin");
  token_ = ask("token create bench@example.com");
  try {
    start();
  } catch (...) {
    stop();
    throw;
  }
}

DaemonProcess::~DaemonProcess() {
  stop();
  std::error_code ignored;  // what is left in a temporary folder harms nobody
  std::filesystem::remove_all(folder_, ignored);
}

std::string DaemonProcess::ask(const std::string& arguments) const {
  const auto line =
      fmt::format("'{}' {} --config '{}'", program_.string(), arguments, (folder_ / "inboxd.toml").string());
  std::FILE* output = popen(line.c_str(), "r");
  if (output == nullptr) throw std::runtime_error("cannot run " + line);
  std::string text;
  char part[512];
  while (std::fgets(part, sizeof part, output) != nullptr) text += part;
  if (pclose(output) != 0) throw std::runtime_error("failed: " + line);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void DaemonProcess::start() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
  const auto config_file = (folder_ / "inboxd.toml").string();
  const auto began = now_ns();
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("fork");
  if (process_ == 0) {
    dup2(ends[1], STDERR_FILENO);
    execl(program_.c_str(), "inboxd", "serve", "--config", config_file.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  ::close(ends[1]);
  std::FILE* log = fdopen(ends[0], "r");
  std::string seen;
  port_ = read_port(log, seen);
  started_in_ms_ = static_cast<double>(now_ns() - began) / 1e6;
  // Its log is taken to the end, so that the daemon never waits for a reader.
  log_reader_ = std::thread([log] {
    char line[4096];
    while (std::fgets(line, sizeof line, log) != nullptr) {
    }
    std::fclose(log);
  });
  if (port_ == 0) throw std::runtime_error("the daemon does not serve: " + seen);
}

double DaemonProcess::cpu_seconds() const {
  std::ifstream file(fmt::format("/proc/{}/stat", process_));
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  // proc(5): utime and stime are the 14th and 15th fields; the second, in brackets, may hold spaces.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double DaemonProcess::resident_mib() const {
  std::ifstream file(fmt::format("/proc/{}/status", process_));
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

void DaemonProcess::stop() {
  if (process_ > 0) {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  if (log_reader_.joinable()) log_reader_.join();
}

}  // namespace inboxd::bench
