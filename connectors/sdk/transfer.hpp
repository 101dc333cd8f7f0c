// A request that a connector wants made, and what came back. The host does the I/O: connection, TLS, SSRF guard,
// limits, time-outs, blob streaming. Values only: they serialise, so a send survives a restart between two steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "schemas/types/outbound.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One field of multipart/form-data: text, or a blob streamed from the store.
struct FormField {
  std::string name;
  std::string value;
  std::optional<BlobRef> blob;
  std::string file_name;
  std::string mime;

  friend bool operator==(const FormField&, const FormField&) = default;
};

struct NoBody {
  friend bool operator==(const NoBody&, const NoBody&) = default;
};
struct TextBody {
  std::string mime = "application/json";
  std::string text;
  friend bool operator==(const TextBody&, const TextBody&) = default;
};
struct FormBody {
  std::vector<FormField> fields;
  friend bool operator==(const FormBody&, const FormBody&) = default;
};
struct BlobBody {
  BlobRef blob;
  std::string mime;
  friend bool operator==(const BlobBody&, const BlobBody&) = default;
};
/// A piece of a mail: text as it stands (CRLF line ends), or a blob that the host writes as base64 in lines of 76.
struct MailPart {
  std::string text;
  std::optional<BlobRef> blob = {};
  friend bool operator==(const MailPart&, const MailPart&) = default;
};
/// One SMTP transaction to one recipient (RFC 5321), for an smtp or smtps URL. The host doubles leading dots.
/// A lost connection is `lost` only when the final dot may have left; the exchange's status is the server's last reply
/// code and its body that reply's text.
struct MailBody {
  std::string envelope_from;  // empty: the null reverse-path
  std::string envelope_to;
  std::string envelope_id;  // RFC 3461 ENVID, xtext; sent only where the server announces DSN
  std::vector<MailPart> parts;
  friend bool operator==(const MailBody&, const MailBody&) = default;
};
using TransferBody = std::variant<NoBody, TextBody, FormBody, BlobBody, MailBody>;

/// How to log in where the protocol itself has a login (IMAP, SMTP). One of password and bearer is set.
struct Login {
  std::string user;
  std::string password = {};
  std::string bearer = {};  // OAuth 2.0 access token, for OAUTHBEARER or XOAUTH2
  friend bool operator==(const Login&, const Login&) = default;
};
struct TlsOptions {
  std::string ca_file = {};  // empty: the system's
  bool verify = true;        // false is refused by the host for anything but loopback
  bool required = true;      // for smtp and imap URLs: STARTTLS or nothing; false only for loopback
  friend bool operator==(const TlsOptions&, const TlsOptions&) = default;
};

enum class ResponseTarget { memory, blob };

/// `url` may hold a credential (Telegram's token): the host logs only scheme, host and `label`.
struct Transfer {
  std::string label;  // for logs and metrics: "sendMessage", "upload"
  std::string method = "POST";
  std::string url;
  Headers headers;
  TransferBody body;
  Milliseconds timeout{30'000};
  std::uint64_t response_bytes_max = 1U << 20U;
  ResponseTarget response_target = ResponseTarget::memory;
  /// May be made again when its answer was lost: reads, uploads, anything without an effect that a customer sees.
  bool repeatable = false;
  /// Of a reply that takes several provider messages, as it stands when this transfer is made. The host keeps it: a
  /// refusal or a lost answer then tells what arrived, and a retry goes on from the exchanges of what did.
  PartialDelivery partial = {};
  /// The host follows redirects for these only, to the same host only, and never forwards `headers` elsewhere.
  bool follow_redirects = false;
  /// Its answer holds a secret (an access token): never stored, so a send that goes on after a restart asks again.
  bool confidential = false;
  std::optional<Login> login = {};
  TlsOptions tls = {};

  friend bool operator==(const Transfer&, const Transfer&) = default;
};

/// How far a transfer got. Only `not_sent` is certain not to have reached the provider.
enum class TransferFailure {
  none,
  not_sent,   // DNS, connect, TLS, refused by the SSRF guard, cut before the first byte of the request left
  lost,       // the request left, the answer did not arrive whole
  too_large,  // the answer exceeded response_bytes_max
  blob_gone,  // a blob that the body names is not in the store: nothing was sent
};

struct Exchange {
  std::string label;
  TransferFailure failure = TransferFailure::none;
  std::string failure_detail;  // a sentence without secrets
  int status = 0;
  Headers headers;  // names in lower case
  std::string body;
  std::optional<BlobRef> blob;  // with ResponseTarget::blob
  Timestamp now;                // when it ended
  std::uint64_t nonce = 0;      // random, drawn by the host for this step
  bool confidential = false;    // as its transfer was

  friend bool operator==(const Exchange&, const Exchange&) = default;
};

using Exchanges = std::vector<Exchange>;

/// The first value of a header, by its lower-case name; empty when absent.
inline std::string_view header_of(const Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

}  // namespace inboxd::connectors
