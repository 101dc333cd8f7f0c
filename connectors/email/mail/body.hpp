// A mail's text: what is new, what it quotes, the sender's signature, and the HTML as it was sent. Used by read_mail().
#pragma once

#include <string>
#include <vector>

#include "connectors/email/mail/layout.hpp"
#include "connectors/email/mail/parts.hpp"
#include "connectors/sdk/stream.hpp"

namespace inboxd::connectors::email {

inline constexpr std::size_t plain_bytes_max = 256U << 10U;  // of the shown text; more is kept as a file
inline constexpr std::size_t html_bytes_max = 1024U << 10U;  // of the shown HTML; more is kept as a file

struct MailText {
  std::string text;
  std::string quoted;
  std::string signature;
  std::string html;
  std::vector<std::size_t> too_long;  // parts that are kept as files
  std::vector<std::string> notes;
};

/// Fails only when the source does.
Result<MailText> read_text(OriginalSource& source, const DividedMail& mail, const Layout& layout);

/// A text part's beginning in UTF-8 with "\n" as line end.
Result<std::string> text_of_part(OriginalSource& source, const Part& part, std::size_t bytes_max);

}  // namespace inboxd::connectors::email
