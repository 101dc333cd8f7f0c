// "Did you mean …?": the nearest of the words that would have been right.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace inboxd::config {

/// ` (did you mean "x"?)` when one of `known` is near, else empty.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

/// The words of a text that are divided by single spaces.
std::vector<std::string_view> words_of(std::string_view text);

/// `"a", "b", "c"`.
std::string quoted_list(const std::vector<std::string_view>& words);

}  // namespace inboxd::config
