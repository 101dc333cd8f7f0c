// Stand-in.
#pragma once
#include <string>
#include <string_view>
namespace inboxd::connectors::email {
struct SplitText {
  std::string fresh;
  std::string signature;
  std::string quoted;
};
SplitText split_text(std::string_view plain);
SplitText split_html(std::string_view html);
}  // namespace inboxd::connectors::email
