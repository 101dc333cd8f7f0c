// What mail servers send.
#include "connectors/email/imap/mailbox.hpp"
#include "connectors/email/imap/names.hpp"
#include "tests/fuzz/targets.hpp"

namespace inboxd::fuzz {
namespace {

constexpr auto now = std::chrono::milliseconds{1'763'800'000'000};
const std::string state = R"({"folder":"INBOX","uidvalidity":7,"last_uid":10,"last_at":"2025-11-20T10:00:00.000Z"})";

/// What became of the bytes, whatever portions they came in. The host answers each state at once.
std::string made_of(std::string_view bytes, std::size_t portion, bool stored) {
  connectors::email::MailboxOptions options;
  options.folder = "INBOX";
  options.original_bytes_max = 100;
  const auto session = connectors::email::open_mailbox(options, stored ? state : "");
  const Timestamp at{now};
  std::string written = session->started(at).write;
  std::string made;
  std::size_t under_way = 0;
  for (bool closed = false; !bytes.empty() && !closed; bytes.remove_prefix(std::min(portion, bytes.size()))) {
    const auto actions = session->received(bytes.substr(0, portion), at);
    closed = actions.close;
    written += actions.write;
    for (const auto& piece : actions.pieces) {
      if (const auto* part = std::get_if<connectors::OriginalBytes>(&piece)) {
        under_way += part->bytes.size();
        made += part->bytes;
      } else if (const auto* end = std::get_if<connectors::OriginalEnd>(&piece)) {
        made += end->context + end->state;
        under_way = 0;
      } else if (const auto* moved = std::get_if<connectors::StateMoved>(&piece)) {
        made += moved->state;
      } else {
        under_way = 0;
      }
    }
    if (closed) made += "closed";
    promise(!closed || under_way == 0, "an original under way is dropped before the connection is closed");
  }
  return written + made;
}

}  // namespace

void imap_responses(std::string_view bytes) {
  for (const bool stored : {false, true}) {
    const auto whole = made_of(bytes, bytes.size() + 1, stored);
    promise(made_of(bytes, 1, stored) == whole, "responses mean the same byte by byte");
    promise(made_of(bytes, 7, stored) == whole, "responses mean the same in portions");
  }
  using namespace connectors::email::imap;
  (void)parse_date_time(bytes);
  const auto name = decode_folder(encode_folder(decode_folder(bytes)));
  promise(decode_folder(encode_folder(name)) == name, "a folder's name reads as it was written");
  promise(encode_folder(bytes).find('\r') == std::string::npos, "a folder's name ends no command");
}

}  // namespace inboxd::fuzz
