// What mail servers send.
#include <optional>
#include <string>

#include "connectors/email/imap/mailbox.hpp"
#include "connectors/email/imap/names.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

constexpr auto now = std::chrono::milliseconds{1'763'800'000'000};
const std::string state = R"({"folder":"INBOX","uidvalidity":7,"last_uid":10,"last_at":"2025-11-20T10:00:00.000Z"})";

/// What became of the bytes, whatever portions they came in; nothing when the session closed on nonsense, which takes
/// back what it was about to say. The host answers each state at once.
std::optional<std::string> made_of(std::string_view bytes, std::size_t portion, bool stored) {
  connectors::email::MailboxOptions options;
  options.folder = "INBOX";
  options.original_bytes_max = 100;
  const auto session = connectors::email::open_mailbox(options, stored ? state : "");
  const Timestamp at{now};
  std::string written = session->started(at).write;
  std::string made;
  std::string under_way;  // of an original; what is never whole becomes nothing
  bool closed = false;
  for (; !bytes.empty() && !closed; bytes.remove_prefix(std::min(portion, bytes.size()))) {
    const auto actions = session->received(bytes.substr(0, portion), at);
    closed = actions.close;
    written += actions.write;
    for (const auto& piece : actions.pieces) {
      if (const auto* part = std::get_if<connectors::OriginalBytes>(&piece)) {
        under_way += part->bytes;
      } else if (const auto* end = std::get_if<connectors::OriginalEnd>(&piece)) {
        made += under_way + end->context + end->state;
        under_way.clear();
      } else if (const auto* moved = std::get_if<connectors::StateMoved>(&piece)) {
        made += moved->state;
      } else {
        under_way.clear();
      }
    }
    promise(!closed || under_way.empty(), "an original under way is dropped before the connection is closed");
  }
  if (closed) return std::nullopt;
  return written + made;
}

}  // namespace

void imap_responses(std::string_view bytes) {
  for (const bool stored : {false, true}) {
    const auto whole = made_of(bytes, bytes.size() + 1, stored);
    for (const std::size_t portion : {1U, 7U}) {
      const auto in_portions = made_of(bytes, portion, stored);
      promise(!whole || !in_portions || *in_portions == *whole, "responses mean the same in portions");
    }
  }
  using namespace connectors::email::imap;
  (void)parse_date_time(bytes);
  const auto name = decode_folder(encode_folder(decode_folder(bytes)));
  promise(decode_folder(encode_folder(name)) == name, "a folder's name reads as it was written");
  promise(encode_folder(bytes).find('\r') == std::string::npos, "a folder's name ends no command");
}

}  // namespace inboxd::fuzz
