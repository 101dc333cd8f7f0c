// What delivery tells whoever counts and logs: outcomes by inbox, never texts, recipients or tokens. Implemented by
// daemon/observe; called on the net thread.
#pragma once

#include <string_view>

#include "schemas/types/ids.hpp"
#include "schemas/types/outbound.hpp"

namespace inboxd::delivery {

class Observer {
 public:
  virtual ~Observer() = default;
  /// After the commit that made it true.
  virtual void settled(InboxId inbox, OutboxId row, const SendOutcome& outcome) = 0;
  /// A commit that must be made again, a mistake of a channel's code, a receipt that could not be given.
  virtual void failed(InboxId inbox, std::string_view what, std::string_view detail) = 0;
};

}  // namespace inboxd::delivery
