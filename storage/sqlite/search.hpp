// The full-text index in a file of its own (FTS5). Opened by open.cpp; thrown away and made new when it is damaged,
// since it can always be built again from the log.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "storage/search.hpp"

namespace inboxd::storage::sqlite {

struct OpenedSearch {
  std::unique_ptr<SearchWriter> writer;
  std::function<std::unique_ptr<SearchReader>()> open_reader;
};

/// `lock` is held as long as anything opened here lives.
OpenedSearch open_search(const std::filesystem::path& file, const std::shared_ptr<void>& lock);

/// What a person typed as an FTS5 expression: every word a quoted string, so that no word is syntax; the last a
/// prefix. Empty when nothing can be searched for.
std::string match_expression(std::string_view words);

}  // namespace inboxd::storage::sqlite
