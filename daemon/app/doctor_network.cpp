#include "daemon/app/doctor_network.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "connectors/sdk/factory.hpp"
#include "daemon/transfers/probe.hpp"

namespace inboxd::app {
namespace {

constexpr Milliseconds probe_timeout{10'000};
constexpr std::chrono::seconds clock_difference_max{30};  // providers' signatures and tokens age by minutes
constexpr std::chrono::days certificate_days_wanted{14};

Timestamp now() { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }

/// Every channel that lets TLS be set calls these settings so.
connectors::TlsOptions tls_of(const connectors::Settings& settings) {
  connectors::TlsOptions tls;
  tls.ca_file = settings.text("tls_ca_file");
  tls.verify = !settings.has("tls_verify") || settings.flag("tls_verify");
  tls.required = tls.verify;
  return tls;
}

/// Base URLs of the enabled inboxes, each once, and whom to trust there.
std::map<std::string, connectors::TlsOptions> hosts_of(const config::Config& config) {
  std::map<std::string, connectors::TlsOptions> urls;
  for (const auto& inbox : config.inboxes) {
    if (!inbox.enabled) continue;
    const auto& channels = connectors::channels();
    const auto channel = std::find_if(channels.begin(), channels.end(),
                                      [&](const auto& known) { return known.name == inbox.connector; });
    if (channel == channels.end()) continue;
    for (const auto& setting : channel->settings) {
      if (setting.type != connectors::SettingType::url) continue;
      if (auto url = inbox.settings.text(std::string(setting.key)); !url.empty())
        urls.emplace(std::move(url), tls_of(inbox.settings));
    }
  }
  return urls;
}

std::string mend_tls(transfers::CertificateFault fault) {
  switch (fault) {
    case transfers::CertificateFault::expired:
      return "its certificate has ended: let whoever runs the server renew it";
    case transfers::CertificateFault::not_yet_valid:
      return "its certificate does not hold yet: look at this machine's clock, then at the server's certificate";
    case transfers::CertificateFault::other_name:
      return "its certificate is for another name: write the server's real name into the URL";
    case transfers::CertificateFault::unknown_issuer:
      return "nobody whom this machine trusts vouches for its certificate: install the CA's here "
             "(update-ca-certificates), or name its file in tls_ca_file where the inbox has that setting";
    case transfers::CertificateFault::none:
      return "look at the scheme and port of the URL, at the server's certificate, and at ca-certificates here";
  }
  return {};
}

std::string failure_of(const transfers::ProbeOutcome& outcome) {
  switch (outcome.reached) {
    case transfers::ProbeStep::name:
      return "the name does not resolve: " + outcome.detail + "; look at DNS and at the URL";
    case transfers::ProbeStep::connection:
      return "no connection: " + outcome.detail + "; look at the firewall and at the port";
    case transfers::ProbeStep::tls:
      return "TLS fails: " + outcome.detail + "; " + mend_tls(outcome.certificate_fault);
    case transfers::ProbeStep::answer:
      return "no answer: " + outcome.detail;
    case transfers::ProbeStep::done:
      return {};
  }
  return {};
}

void examine_clock(const std::string& url, const transfers::ProbeOutcome& outcome, const Tell& tell) {
  if (!outcome.server_time) return;
  const auto difference = std::chrono::duration_cast<std::chrono::seconds>(now() - *outcome.server_time);
  const auto text = fmt::format("{} s from that of {}", difference.count(), url);
  if (std::chrono::abs(difference) > clock_difference_max)
    return tell(warning("clock", text + "; let the system's time be synchronised (timedatectl)"));
  tell(good("clock", text));
}

void examine_host(const std::string& url, const connectors::TlsOptions& tls, const Tell& tell) {
  const auto outcome = transfers::probe(url, probe_timeout, tls);
  const auto what = "host " + url;
  if (outcome.reached != transfers::ProbeStep::done)
    return tell(failed(ExitCode::unavailable, what, failure_of(outcome)));
  std::string text = outcome.status == 0 ? "connects" : fmt::format("answers (status {})", outcome.status);
  if (outcome.certificate_ends_at) {
    const auto left = std::chrono::duration_cast<std::chrono::days>(*outcome.certificate_ends_at - now());
    text += fmt::format(", certificate good for {} days", left.count());
    if (left < certificate_days_wanted) {
      tell(warning(what, text + "; tell whoever runs it to renew it"));
      return examine_clock(url, outcome, tell);
    }
  }
  tell(good(what, text));
  examine_clock(url, outcome, tell);
}

}  // namespace

void examine_hosts(const config::Config& config, const Tell& tell) {
  for (const auto& [url, tls] : hosts_of(config)) examine_host(url, tls, tell);
}

void examine_public_url(const config::Config& config, const std::string& instance, const Tell& tell) {
  const auto url = config.server.public_url + "/healthz";
  if (instance.empty()) return tell(warning("public_url", "not tried, no daemon runs; try again once it does"));
  const auto outcome = transfers::probe(url, probe_timeout);
  if (outcome.reached != transfers::ProbeStep::done)
    return tell(warning("public_url", config.server.public_url + ": " + failure_of(outcome) +
                                          "; seen from here, a provider may see it otherwise"));
  if (outcome.instance != instance)
    return tell(
        warning("public_url", fmt::format("{} answers (status {}) but is not this daemon; look at the proxy and "
                                          "at server.public_url",
                                          config.server.public_url, outcome.status)));
  if (!config.server.public_url.starts_with("https://"))
    return tell(warning("public_url", config.server.public_url +
                                          " leads here, but providers send webhooks to https only; inboxes can poll"));
  tell(good("public_url", config.server.public_url + " leads to this daemon"));
}

}  // namespace inboxd::app
