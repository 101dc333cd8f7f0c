// Bringing forward what a clock that was set back has put off.
#include "daemon/core/messages/put_off.hpp"

#include "daemon/core/messages/settle.hpp"

namespace inboxd::core {

int bring_forward(Context& context) {
  int brought = 0;
  for (auto& row : context.tables.outbox().queued(storage::Held::no, put_off_rows_max)) {
    if (!row.next_try_at || *row.next_try_at <= context.now + longest_backoff) continue;
    row.next_try_at.reset();
    context.tables.outbox().update(row);
    ++brought;
  }
  return brought;
}

}  // namespace inboxd::core
