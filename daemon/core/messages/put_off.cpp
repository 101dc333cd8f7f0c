// Bringing forward what a clock that was set back has put off.
#include "daemon/core/messages/put_off.hpp"

#include <algorithm>

#include "daemon/core/messages/settle.hpp"

namespace inboxd::core {

int bring_forward(Context& context, Milliseconds set_back) {
  const auto pause_max = set_back.count() > 0 ? Milliseconds{0} : longest_backoff;
  int brought = 0;
  for (auto& row : context.tables.outbox().queued(storage::Held::no, put_off_rows_max)) {
    if (!row.next_try_at || *row.next_try_at <= context.now + pause_max) continue;
    row.next_try_at = set_back.count() > 0 ? std::max(context.now, *row.next_try_at - set_back) : context.now;
    context.tables.outbox().update(row);
    ++brought;
  }
  return brought;
}

}  // namespace inboxd::core
