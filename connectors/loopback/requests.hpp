// The requests of the loopback API (README.md), one function each; every one carries the shared secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/sdk/transfer.hpp"

namespace inboxd::connectors::loopback {

constexpr std::string_view secret_header = "x-loopback-secret";

class Api {
 public:
  Api(const std::string& api_base, const std::string& secret) : api_base_(api_base), secret_(secret) {}

  [[nodiscard]] Transfer account() const;
  [[nodiscard]] Transfer upload(const OutboundAttachment& attachment) const;
  /// The one request whose effect a customer sees twice when it is made twice. `files`: ids of the uploads.
  [[nodiscard]] Transfer send(const Outbound& reply, const std::vector<std::string>& files) const;
  [[nodiscard]] Transfer edit(const Outbound& reply, const std::string& message) const;
  [[nodiscard]] Transfer erase(const std::string& message) const;
  [[nodiscard]] Transfer react(const std::string& message, const std::string& emoji) const;
  [[nodiscard]] Transfer fetch(const std::string& url) const;
  /// Best-effort notices: "typing", "read", "acknowledgements".
  [[nodiscard]] Transfer notice(const std::string& path, const std::string& to, const std::string& id) const;

 private:
  [[nodiscard]] Transfer request(std::string label, std::string method, const std::string& path) const;

  const std::string& api_base_;
  const std::string& secret_;
};

}  // namespace inboxd::connectors::loopback
