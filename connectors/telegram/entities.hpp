// Formatting as Telegram has it: entities with UTF-16 offsets beside plain text, never parse_mode, so that no
// character of a reply needs escaping. https://core.telegram.org/bots/api#messageentity
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "connectors/sdk/rich_text.hpp"

namespace inboxd::connectors::telegram {

/// Entities that are no formatting of ours (mentions, hashtags, bare links) stay text.
RichText read_entities(std::string text, const boost::json::array& entities);

boost::json::array write_entities(const RichText& rich);

/// Pieces of at most `units_max` UTF-16 units, cut after a paragraph, a line or a word where one ends in the second
/// half of the piece; white space at the cuts is dropped. Empty text has no pieces.
std::vector<RichText> split_text(const RichText& rich, std::size_t units_max);

}  // namespace inboxd::connectors::telegram
