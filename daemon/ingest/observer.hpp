// What ingest tells whoever counts and logs: outcomes by inbox, never bodies or tokens. Implemented by
// daemon/observe; called on the net thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/core/messages/receive.hpp"

namespace inboxd::ingest {

/// How one recipient of a mail that was handed over was answered. `deferred`: the sender keeps the mail.
enum class RecipientAnswer { accepted, refused, deferred };

class Observer {
 public:
  virtual ~Observer() = default;
  /// Each webhook's answer; `inbox` is empty where the name is not configured.
  virtual void webhook_answered(std::string_view inbox, int status) = 0;
  /// `inbox` is empty where the address is nobody's.
  virtual void recipient_answered(std::string_view inbox, RecipientAnswer answer) = 0;
  /// After the commit: what one provider request brought, and the age of its newest message by the provider's clock.
  virtual void received(std::string_view inbox, const core::Received& received, std::optional<Milliseconds> lag) = 0;
  /// A poll went well, whether it brought anything or not.
  virtual void polled(std::string_view inbox) = 0;
  /// A poll, a check, a fetch or an acknowledgement went wrong; `what` names the step, `detail` is a sentence.
  virtual void failed(std::string_view inbox, std::string_view what, std::string_view detail) = 0;
};

}  // namespace inboxd::ingest
