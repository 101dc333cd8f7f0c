#include "daemon/app/doctor_network.hpp"

#include <algorithm>
#include <set>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "connectors/sdk/factory.hpp"
#include "daemon/app/inboxes.hpp"
#include "daemon/clock/system_clock.hpp"
#include "daemon/clock/system_random.hpp"
#include "daemon/transfers/curl_transfers.hpp"
#include "daemon/transfers/probe.hpp"

namespace inboxd::app {
namespace {

constexpr Milliseconds probe_timeout{10'000};
constexpr std::chrono::seconds clock_difference_max{30};  // providers' signatures and tokens age by minutes
constexpr std::chrono::days certificate_days_wanted{14};
constexpr int steps_max = 8;

Timestamp now() { return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now()); }

/// Base URLs of the enabled inboxes, each once.
std::set<std::string> hosts_of(const config::Config& config) {
  std::set<std::string> urls;
  for (const auto& inbox : config.inboxes) {
    if (!inbox.enabled) continue;
    const auto& channels = connectors::channels();
    const auto channel = std::find_if(channels.begin(), channels.end(),
                                      [&](const auto& known) { return known.name == inbox.connector; });
    if (channel == channels.end()) continue;
    for (const auto& setting : channel->settings) {
      if (setting.type != connectors::SettingType::url) continue;
      if (auto url = inbox.settings.text(std::string(setting.key)); !url.empty()) urls.insert(url);
    }
  }
  return urls;
}

std::string failure_of(const transfers::ProbeOutcome& outcome) {
  switch (outcome.reached) {
    case transfers::ProbeStep::name:
      return "the name does not resolve: " + outcome.detail + "; look at DNS and at the URL";
    case transfers::ProbeStep::connection:
      return "no connection: " + outcome.detail + "; look at the firewall and at the port";
    case transfers::ProbeStep::tls:
      return "TLS fails: " + outcome.detail + "; look at its certificate, and at ca-certificates here";
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

void examine_host(const std::string& url, const Tell& tell) {
  const auto outcome = transfers::probe(url, probe_timeout);
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

/// Checks move no files.
class NoBlobs final : public storage::Blobs {
 public:
  Result<std::unique_ptr<storage::BlobWriter>> create() override {
    return Error{ErrorCode::storage_unavailable, "a check keeps nothing", {}};
  }
  [[nodiscard]] std::unique_ptr<storage::BlobReader> open(std::string_view) const override { return nullptr; }
  Result<bool> remove(std::string_view) override { return false; }
  [[nodiscard]] bool written_lately(std::string_view) const override { return false; }
  void age_writes() override {}
};

/// The loop and the transfers of one process that asks one thing after the other.
struct Asking {
  boost::asio::io_context net{1};
  SystemClock clock{net};
  SystemRandom random;
  NoBlobs blobs;
  transfers::CurlTransfers transfers{
      {}, blobs, clock, random, [this](std::function<void()> call) { boost::asio::post(net, std::move(call)); }};

  connectors::Exchange perform(connectors::Transfer transfer, const transfers::Reach& reach) {
    auto work = boost::asio::make_work_guard(net);
    connectors::Exchange answer;
    transfers.perform(std::move(transfer), reach, [&](connectors::Exchange exchange) {
      answer = std::move(exchange);
      net.stop();
    });
    net.run();
    work.reset();
    net.restart();
    answer.now = clock.now();
    answer.nonce = random.next();
    return answer;
  }
};

connectors::CheckFinding check(Asking& asking, const connectors::Connector& connector, const transfers::Reach& reach) {
  if (auto finding = connector.settings_finding()) return *finding;
  connectors::Exchanges done;
  for (int n = 0; n < steps_max; ++n) {
    auto step = connector.next_check_step(done);
    if (auto* finding = std::get_if<connectors::CheckFinding>(&step)) return std::move(*finding);
    done.push_back(asking.perform(std::move(std::get<connectors::Transfer>(step)), reach));
  }
  return {
      InboxHealthState::degraded, "check_broken", "the channel's code asks for more steps than a check may have", {}};
}

void tell_finding(const std::string& inbox, const connectors::CheckFinding& finding, const Tell& tell) {
  const auto what = "inbox " + inbox;
  const auto text = finding.code.empty() ? finding.detail : finding.code + ": " + finding.detail;
  switch (finding.state) {
    case InboxHealthState::healthy:
      return tell(good(what, finding.account.empty() ? "the provider takes its token" : "account " + finding.account));
    case InboxHealthState::degraded:
    case InboxHealthState::disabled:
      return tell(warning(what, text));
    case InboxHealthState::unhealthy:
      return tell(failed(ExitCode::unavailable, what, text));
  }
}

}  // namespace

void examine_hosts(const config::Config& config, const Tell& tell) {
  for (const auto& url : hosts_of(config)) examine_host(url, tell);
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

void examine_accounts(const config::Config& with_secrets, const Tell& tell) {
  auto made = make_connectors(with_secrets);
  if (!made) return tell(failed(ExitCode::config, "inboxes", made.error().detail));
  Asking asking;
  for (const auto& one : *made) {
    if (!one.configured.enabled) {
      tell(good("inbox " + one.configured.name, "switched off"));
      continue;
    }
    const transfers::Reach reach{one.connector->base_urls(), one.connector->media_hosts()};
    tell_finding(one.configured.name, check(asking, *one.connector, reach), tell);
  }
  asking.transfers.stop();
}

}  // namespace inboxd::app
