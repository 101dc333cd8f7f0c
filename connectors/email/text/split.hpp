// Parts what is new in an email from its signature and from what it quotes, so that a conversation shows each text
// once. Called while a mail is read; it never drops a line, and its time grows with the size of the text alone.
#pragma once

#include <string>
#include <string_view>

namespace inboxd::connectors::email {

/// Every line of the text that is not blank is in exactly one of the three.
struct SplitText {
  std::string fresh;
  std::string signature;
  std::string quoted;

  friend bool operator==(const SplitText&, const SplitText&) = default;
};

/// Cuts the quotation that ends the text and the signature; answers between quoted lines stay where they are. What a
/// person forwards is fresh. Where nothing fresh would remain, all of it is fresh.
SplitText split_text(std::string_view plain);

/// The text of `html`, cut by the marks that mail programs leave in it, then by the rules of split_text().
SplitText split_html(std::string_view html);

}  // namespace inboxd::connectors::email
