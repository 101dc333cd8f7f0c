// What an element of an email's HTML says about its text: quoted, signature, hidden. Mail programs tell by classes, ids
// and styles of their own. Used by html_text.cpp; pure.
#pragma once

#include "connectors/sdk/html_tokens.hpp"

namespace inboxd::connectors::email {

struct ElementMarks {
  bool quotation = false;  // what is inside is quoted, with the line that says who wrote it
  bool quote = false;      // a quoted block: its lines stand behind ">"
  bool to_end = false;     // from here on everything is quoted
  bool signature = false;
};

ElementMarks marks_of(const HtmlToken& start);

/// Preheaders and other text that a style takes out of sight.
bool is_hidden(const HtmlToken& start);

}  // namespace inboxd::connectors::email
