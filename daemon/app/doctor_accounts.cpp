#include "daemon/app/doctor_accounts.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "connectors/sdk/grants.hpp"
#include "connectors/sdk/stream.hpp"
#include "daemon/app/doctor_examination.hpp"
#include "daemon/app/inboxes.hpp"
#include "storage/open.hpp"
#include "storage/seal.hpp"

namespace inboxd::app {
namespace {

using connectors::CheckFinding;
using connectors::SelfMessages;

constexpr int steps_max = 8;

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

CheckFinding check(Asking& asking, const connectors::Connector& connector, const transfers::Reach& reach) {
  if (auto finding = connector.settings_finding()) return *finding;
  connectors::Exchanges done;
  for (int n = 0; n < steps_max; ++n) {
    auto step = connector.next_check_step(done);
    if (auto* finding = std::get_if<CheckFinding>(&step)) return std::move(*finding);
    done.push_back(asking.perform(std::move(std::get<connectors::Transfer>(step)), reach));
  }
  return {
      InboxHealthState::degraded, "check_broken", "the channel's code asks for more steps than a check may have", {}};
}

void tell_finding(const std::string& what, const CheckFinding& finding, const std::string& when_well,
                  const Tell& tell) {
  const auto text = finding.code.empty() ? finding.detail : finding.code + ": " + finding.detail;
  switch (finding.state) {
    case InboxHealthState::healthy:
      return tell(good(what, when_well));
    case InboxHealthState::degraded:
    case InboxHealthState::disabled:
      return tell(warning(what, text));
    case InboxHealthState::unhealthy:
      return tell(failed(ExitCode::unavailable, what, text));
  }
}

/// What only an examination finds out.
void examine(Asking& asking, const MadeConnector& one, const transfers::Reach& reach,
             connectors::ExaminationRequest request, const Tell& tell) {
  const auto* examines = dynamic_cast<const connectors::Examines*>(one.connector.get());
  const auto* streams = dynamic_cast<const connectors::Streams*>(one.connector.get());
  const auto what = "inbox " + one.configured.name;
  auto endpoint = streams->streams().front();
  if (const auto asked = streams->login_request(endpoint); asked && endpoint.login) {
    auto answer = asking.perform(*asked, reach);
    answer.label = asked->label;
    auto bearer = streams->bearer_of(answer);
    if (!bearer) return tell(failed(ExitCode::unavailable, what + ", token", bearer.error().detail));
    request.bearer = endpoint.login->bearer = std::move(bearer).value();
  }
  request.now = asking.clock.now();
  request.nonce = fmt::format("{:08x}", asking.random.next() >> 32U);
  examine_connection(asking, *examines->examine(request), endpoint, reach, [&](const connectors::Examined& examined) {
    tell_finding(what + ", " + examined.what, examined.finding, examined.finding.detail, tell);
  });
}

bool changes_with_use(const connectors::Connector& connector) {
  const auto* grant = dynamic_cast<const connectors::RefreshesGrant*>(&connector);
  return grant != nullptr && grant->refresh_request({}).has_value();
}

void examine_account(Asking& asking, const MadeConnector& one, SelfMessages messages, KeyHere key, const Tell& tell) {
  const auto what = "inbox " + one.configured.name;
  const transfers::Reach reach{one.connector->base_urls(), one.connector->media_hosts()};
  const auto finding = check(asking, *one.connector, reach);
  tell_finding(what, finding, finding.account.empty() ? "the provider takes its token" : "account " + finding.account,
               tell);
  const auto* streams = dynamic_cast<const connectors::Streams*>(one.connector.get());
  if (dynamic_cast<const connectors::Examines*>(one.connector.get()) == nullptr || streams == nullptr) return;
  // Mail that is handed over by LMTP shows itself in the mail server's queue.
  if (streams->streams().empty()) return;
  const bool may_send = finding.state == InboxHealthState::healthy && key == KeyHere::known;
  connectors::ExaminationRequest request;
  request.messages = may_send ? messages : SelfMessages::none;
  examine(asking, one, reach, std::move(request), tell);
  const auto mail = what + ", mail to itself";
  if (messages == SelfMessages::none)
    tell(good(mail, "not tried; `inboxd doctor --send` sends one and waits until it arrives"));
  else if (key == KeyHere::unknown)
    tell(warning(mail,
                 "not sent: the daemon would not know it again without the master key, which the first start "
                 "makes, or which cannot be read here"));
  else if (!may_send)
    tell(warning(mail, "not sent: what is said above of this inbox comes first"));
}

}  // namespace

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
