// The daemon's part of `inboxd doctor`: examinations of inboxes one at a time, as long as somebody asks how far one is.
// For what the command cannot do by itself: use a grant that changes with its use, or secrets that only the daemon can
// read. Called by the admin routes; lives on the net thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/ingest/inbox_examination.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::ingest {

enum class ExaminationStep { looking, done };

struct ExaminationState {
  ExaminationStep step = ExaminationStep::looking;
  std::vector<connectors::Examined> examined;  // so far, in the order in which they were found
};

/// Nobody asked for this long: who began it is gone.
inline constexpr Milliseconds examination_lease{20'000};

class Examinations {
 public:
  Examinations(InboxExamination::Surroundings with, CurrentChannels channels)
      : with_(with), channels_(std::move(channels)) {}

  /// Refused while another is under way, for an inbox that the daemon does not know, and when it is stopping.
  Result<void> begin(const std::string& inbox, connectors::SelfMessages messages);
  /// Of the last one begun; keeps it going.
  [[nodiscard]] Result<ExaminationState> state();
  /// Ends the one under way; none begins any more.
  void stop();

 private:
  void keep();

  InboxExamination::Surroundings with_;
  CurrentChannels channels_;
  std::string inbox_;
  ExaminationState state_;
  bool stopped_ = false;
  std::unique_ptr<InboxExamination> examination_;
  std::unique_ptr<Wait> lease_;
};

}  // namespace inboxd::ingest
