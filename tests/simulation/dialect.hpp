// How one channel's provider speaks: what happens there as a webhook, and what our requests ask of it. Three of them,
// written from the providers' pages, not from the connectors. Used by Provider.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/sdk/connector.hpp"

namespace inboxd::simulation {

enum class Happens { message, edit, deletion, reaction, receipt };

/// Something that a customer or the provider did, to be told to us.
struct Happening {
  Happens kind = Happens::message;
  std::int64_t number = 0;   // of the happening, its provider's own
  std::int64_t message = 0;  // which message it is or is about
  int person = 0;
  std::string text;  // of the message, the new text, the emoji, or the state of a receipt
  std::string correlation;
  bool with_file = false;
  Timestamp at;
};

enum class Asks { send, change, poll, fetch, other };

/// What one of our requests asks the provider to do.
struct Call {
  Asks asks = Asks::other;
  int person = 0;
  std::string text;
  std::string correlation;
  std::int64_t offset = 0;
};

enum class Refusal { wait, out_of_order, gave_up_waiting, never, not_authorised };

class Dialect {
 public:
  virtual ~Dialect() = default;
  [[nodiscard]] virtual std::string connector_name() const = 0;
  [[nodiscard]] virtual std::shared_ptr<const connectors::Connector> connector() const = 0;
  /// Every request of ours to this provider begins with it.
  [[nodiscard]] virtual std::string url_prefix() const = 0;
  [[nodiscard]] virtual bool polled() const { return false; }
  [[nodiscard]] virtual bool tells(Happens kind) const = 0;
  [[nodiscard]] virtual std::size_t events_per_webhook_max() const = 0;

  /// The id by which the desk knows a message of this person's.
  [[nodiscard]] virtual std::string external_id(int person, std::int64_t message) const = 0;
  [[nodiscard]] virtual std::string event(const Happening& happening) const = 0;
  [[nodiscard]] virtual connectors::WebhookRequest webhook(const std::vector<std::string>& events) const = 0;

  [[nodiscard]] virtual Call read(const connectors::Transfer& request) const = 0;
  [[nodiscard]] virtual connectors::Exchange accepted(const Call& call, std::int64_t message) const = 0;
  [[nodiscard]] virtual connectors::Exchange refused(Refusal refusal) const = 0;
  [[nodiscard]] virtual connectors::Exchange news(const std::vector<std::string>& events) const;
};

std::unique_ptr<Dialect> loopback_dialect();
/// Each bot is an inbox of its own: by webhook, or polled.
std::unique_ptr<Dialect> telegram_dialect(bool polled);
std::unique_ptr<Dialect> whatsapp_dialect();

connectors::Exchange answer_with(int status, std::string body, connectors::Headers headers = {});

}  // namespace inboxd::simulation
