// Which parts of a mail are its text and which its files. Used by read_mail(). Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "connectors/email/mail/parts.hpp"

namespace inboxd::connectors::email {

/// A stretch of the mail's text: the same in two forms (multipart/alternative), or in one.
struct TextBlock {
  std::vector<std::size_t> plain;  // parts, in order
  std::vector<std::size_t> html;
};

struct Layout {
  std::vector<TextBlock> blocks;
  std::vector<std::size_t> files;
};

/// Text after an attachment is text too, as some programs write it; text with a file name is a file.
Layout layout_of(const DividedMail& mail);

}  // namespace inboxd::connectors::email
