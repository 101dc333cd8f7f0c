// How configured values are shown, and which of them hold until the process ends.
#include "daemon/config/config.hpp"

namespace inboxd::config {

std::string to_string(const Address& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return (six ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::string to_string(const Problem& problem) {
  return problem.file + ':' + std::to_string(problem.line) + ": " + problem.text;
}

std::vector<std::string> restart_reasons(const Config& before, const Config& after) {
  std::vector<std::string> reasons;
  const auto add = [&reasons](const char* key) {
    reasons.push_back(std::string(key) + " changed, which needs a restart");
  };
  if (before.server.listen != after.server.listen) add("server.listen");
  if (before.server.metrics != after.server.metrics) add("server.metrics");
  if (before.server.lmtp != after.server.lmtp) add("server.lmtp");
  if (before.server.admin_socket != after.server.admin_socket) add("server.admin_socket");
  if (before.storage.directory != after.storage.directory) add("storage.directory");
  if (before.storage.master_key != after.storage.master_key) add("storage.master_key");
  return reasons;
}

}  // namespace inboxd::config
