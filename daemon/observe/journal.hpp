// A log line as the journal keeps it: fields of their own, so that `journalctl INBOX=support` finds them. Used by Log.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::observe {

/// "NAME=value" each; the value may hold any bytes.
using JournalEntry = std::vector<std::string>;

/// The journal's name of a line's field: INBOX and CONVERSATION as they are, for what every component means the same
/// by; others with INBOXD_ in front, so that none is taken for one of the journal's own (systemd.journal-fields(7)).
std::string journal_field(std::string_view key);

/// By sd_journal_sendv(3); false when the journal does not take it.
bool send_to_journal(const JournalEntry& entry);

/// Whether stderr is the journal's stream, as $JOURNAL_STREAM and systemd.exec(5) say (a redirected one is not), and
/// the journal takes entries.
bool stderr_is_journal();

}  // namespace inboxd::observe
