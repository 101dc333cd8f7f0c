// Whether a host that the config names can be reached, step by step: name, connection, TLS, answer. For the command
// line's `doctor`, in a process of its own: it blocks. Sends no token and no path but the one it is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connectors/sdk/transfer.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::transfers {

enum class ProbeStep { name, connection, tls, answer, done };
/// Why a server's certificate was not taken; each is mended by somebody else.
enum class CertificateFault { none, expired, not_yet_valid, other_name, unknown_issuer };

struct ProbeOutcome {
  ProbeStep reached = ProbeStep::name;                          // what failed, or done
  std::string detail;                                           // why, unless done
  CertificateFault certificate_fault = CertificateFault::none;  // where TLS failed for its certificate
  int status = 0;
  std::optional<Timestamp> certificate_ends_at;  // over TLS
  std::optional<Timestamp> server_time;          // its Date header
  std::string instance;                          // its Inboxd-Instance header
};

/// A GET of an http or https URL; of any other scheme the connection alone, with STARTTLS where `tls` requires it of an
/// imap or smtp URL. The body is read and thrown away.
ProbeOutcome probe(const std::string& url, Milliseconds timeout, const connectors::TlsOptions& tls = {});

}  // namespace inboxd::transfers
