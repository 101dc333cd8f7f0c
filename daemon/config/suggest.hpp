// "Did you mean …?": the nearest of the words that would have been right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::config {

/// ` (did you mean "x"?)` when one of `known` is near, else empty.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

/// `"a", "b", "c"`.
std::string quoted_list(const std::vector<std::string_view>& words);

}  // namespace inboxd::config
