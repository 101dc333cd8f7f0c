// One inbox looked at from one end to the other for `doctor`: its settings, the check of its login and, where its
// channel can, what its connection offers and whether a message to itself comes back (connectors/sdk/examination.hpp).
// Run by the daemon, whose transfers keep grants that change with their use, or by the command itself. Changes neither
// the inbox's health nor anything stored.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connectors/sdk/examination.hpp"
#include "daemon/channels/configured_channels.hpp"
#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/lifetime.hpp"
#include "daemon/transfers/streams.hpp"

namespace inboxd::ingest {

/// An examination ends by itself long before.
inline constexpr Milliseconds examination_max{300'000};

struct InboxExaminationOrder {
  ConfiguredChannel channel;
  connectors::SelfMessages messages = connectors::SelfMessages::none;
  /// Said of mail to itself where `messages` is none.
  connectors::CheckFinding unsent{
      InboxHealthState::healthy, {}, "not tried; `inboxd doctor --send` sends one and waits until it arrives", {}};
};

class InboxExamination {
 public:
  struct Surroundings {
    transfers::Transfers& transfers;
    transfers::StreamConnections& connections;
    Clock& clock;
    Random& random;
  };
  /// `what` is empty for the inbox as a whole, which comes first. Its account is named where the provider told it.
  using Told = std::function<void(connectors::Examined)>;
  /// Everything is told. Called from within the examination, which has to outlive the call.
  using Done = std::function<void()>;

  InboxExamination(Surroundings with, InboxExaminationOrder order, Told told, Done done);
  void begin();

 private:
  void next_check_step();
  void checked(connectors::CheckFinding finding);
  void ask_login();
  void connect();
  void follow(connectors::ExaminationActions actions);
  void send();
  void closed(const transfers::StreamClosed& how);
  void say_unsent();
  void end_with(std::string what, connectors::CheckFinding finding);
  void end();
  /// Calls the channel's code; its failure is a finding.
  template <class Call>
  void ask_channel(Call call);

  Surroundings with_;
  InboxExaminationOrder order_;
  Told told_;
  Done done_;
  connectors::Exchanges check_;
  bool well_ = false;  // the check was
  connectors::StreamEndpoint endpoint_;
  std::unique_ptr<connectors::Examination> examination_;
  bool connected_ = false;
  bool ended_ = false;
  std::unique_ptr<Wait> limit_;
  std::unique_ptr<Wait> wake_;
  std::unique_ptr<transfers::StreamConnection> connection_;
  command_bus::Lifetime lifetime_;  // a mail may still be on its way when all has been said
};

}  // namespace inboxd::ingest
