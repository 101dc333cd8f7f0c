// The command of one provider request, and the smaller one when its events break it.
#include "daemon/ingest/intake.hpp"

#include "daemon/core/inboxes/health.hpp"

namespace inboxd::ingest {
namespace {

using Done = std::function<void(Result<core::Received>)>;

void store_finding(core::Context& context, InboxId inbox, const connectors::CheckFinding& finding) {
  core::change_health(context, inbox, {finding.state, finding.code, finding.detail, context.now});
  core::learn_account(context, inbox, finding.account);
}

/// The events stay out: the bytes are kept for a person, and for a replay once the mistake is mended.
std::shared_ptr<const Intake> only_raw(const Intake& intake, const std::string& why) {
  auto kept = std::make_shared<Intake>(intake);
  kept->request.inbound = Inbound{};
  kept->request.inbound.malformed = "inboxd failed on it: " + why;
  return kept;
}

void submit(command_bus::Bus& bus, std::shared_ptr<const ConfiguredChannels> channels,
            std::shared_ptr<const Intake> intake, Done done) {
  bus.submit<core::Received>(
      [channels = std::move(channels), intake = std::move(intake)](command_bus::Workspace& workspace) {
        core::Context context{workspace.tables, workspace.now, {ActorKind::system, 0}, intake->cause};
        auto received = core::receive(context, *channels, intake->request);
        if (received && intake->finding) store_finding(context, intake->request.inbox, *intake->finding);
        return received;
      },
      std::move(done));
}

}  // namespace

void take_in(command_bus::Bus& bus, const std::shared_ptr<const ConfiguredChannels>& channels,
             const std::shared_ptr<const Intake>& intake, Done done) {
  submit(bus, channels, intake, [&bus, channels, intake, done = std::move(done)](Result<core::Received> received) {
    if (received || received.error().code != ErrorCode::internal) return done(std::move(received));
    submit(bus, channels, only_raw(*intake, received.error().detail), done);
  });
}

}  // namespace inboxd::ingest
