#include "daemon/app/doctor_accounts.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include "connectors/sdk/grants.hpp"
#include "daemon/app/doctor_asking.hpp"
#include "daemon/app/inboxes.hpp"
#include "storage/open.hpp"
#include "storage/seal.hpp"

namespace inboxd::app {
namespace {

using connectors::SelfMessages;

/// Whether a message to itself can be signed as the daemon will know it.
enum class KeyHere { known, unknown };

/// The text that the daemon's key is made of; nothing before the first start has made it, or where it cannot be read.
std::optional<std::string> master_key_text(const config::Config& config) {
  if (!config.storage.master_key.empty()) return config.storage.master_key;
  std::ifstream file(config.storage.directory / "master.key");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.size() < storage::master_key_chars_min) return std::nullopt;
  return text;
}

/// As the daemon's, so that it knows again what was signed here; null without the key.
SigningKeys signing_keys(const config::Config& config) {
  const auto text = master_key_text(config);
  if (!text) return {};
  auto seal = std::make_shared<const storage::Seal>(storage::MasterKey::from_text(*text));
  return [seal](const std::string& inbox) { return seal->derive("signing:" + inbox); };
}

bool changes_with_use(const connectors::Connector& connector) {
  const auto* grant = dynamic_cast<const connectors::RefreshesGrant*>(&connector);
  return grant != nullptr && grant->refresh_request({}).has_value();
}

void examine_account(Asking& asking, const MadeConnector& one, SelfMessages messages, KeyHere key, const Tell& tell) {
  ingest::InboxExaminationOrder order;
  order.channel.name = one.configured.name;
  order.channel.connector = one.connector;
  order.channel.reach = {one.connector->base_urls(), one.connector->media_hosts()};
  if (key == KeyHere::known)
    order.messages = messages;
  else if (messages == SelfMessages::send)
    order.unsent = {InboxHealthState::degraded,
                    {},
                    "not sent: the daemon would not know it again without the master key, which the first start "
                    "makes, or which cannot be read here",
                    {}};
  asking.examine(std::move(order),
                 [&](const connectors::Examined& examined) { tell_examined(one.configured.name, examined, tell); });
}

}  // namespace

void tell_examined(const std::string& inbox, const connectors::Examined& examined, const Tell& tell) {
  const auto& finding = examined.finding;
  const auto what = "inbox " + inbox + (examined.what.empty() ? "" : ", " + examined.what);
  const auto text = finding.code.empty() ? finding.detail : finding.code + ": " + finding.detail;
  switch (finding.state) {
    case InboxHealthState::healthy:
      if (!examined.what.empty()) return tell(good(what, finding.detail));
      return tell(good(what, finding.account.empty() ? "the provider takes its token" : "account " + finding.account));
    case InboxHealthState::degraded:
    case InboxHealthState::disabled:
      return tell(warning(what, text));
    case InboxHealthState::unhealthy:
      return tell(failed(ExitCode::unavailable, what, text));
  }
}

std::vector<std::string> examine_accounts(const config::Config& with_secrets, SelfMessages messages, const Tell& tell) {
  std::vector<std::string> left;
  const auto keys = signing_keys(with_secrets);
  auto made = make_connectors(with_secrets, keys);
  if (!made) {
    tell(failed(ExitCode::config, "inboxes", made.error().detail));
    return left;
  }
  Asking asking;
  for (const auto& one : *made) {
    if (!one.configured.enabled)
      tell(good("inbox " + one.configured.name, "switched off"));
    else if (changes_with_use(*one.connector))
      left.push_back(one.configured.name);
    else
      examine_account(asking, one, messages, keys ? KeyHere::known : KeyHere::unknown, tell);
  }
  asking.stop();
  return left;
}

}  // namespace inboxd::app
