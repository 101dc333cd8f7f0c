// Stand-in.
#include "connectors/email/text/html_text.hpp"
#include "connectors/email/text/split.hpp"
namespace inboxd::connectors::email {
std::string text_of_html(std::string_view html) {
  std::string out;
  bool tag = false;
  for (const char c : html) {
    if (c == '<') tag = true;
    if (!tag) out += c;
    if (c == '>') tag = false;
  }
  return out;
}
SplitText split_text(std::string_view plain) {
  while (plain.ends_with('\n')) plain.remove_suffix(1);
  return {std::string(plain), {}, {}};
}
SplitText split_html(std::string_view html) { return split_text(text_of_html(html)); }
}  // namespace inboxd::connectors::email
