// Lists as one parameter: `IN (SELECT value FROM json_each($1))` keeps the statement's text, and so its plan, fixed.
#pragma once

#include <string>
#include <vector>

#include "schemas/types/agent.hpp"
#include "schemas/types/enum_names.hpp"
#include "schemas/types/ids.hpp"

namespace inboxd::storage::sqlite {

/// "[1,2,3]"
template <class Tag>
std::string id_list(const std::vector<Id<Tag>>& ids) {
  std::string list = "[";
  for (const auto id : ids) {
    if (list.size() > 1) list += ',';
    list += std::to_string(id.value);
  }
  return list += ']';
}

/// Reads back what id_list wrote.
template <class IdType>
std::vector<IdType> parse_id_list(std::string_view list) {
  std::vector<IdType> ids;
  for (std::size_t at = 1; at + 1 < list.size();) {
    const auto end = std::min(list.find(',', at), list.size() - 1);
    ids.push_back(IdType{std::stoll(std::string(list.substr(at, end - at)))});
    at = end + 1;
  }
  return ids;
}

/// ["open","pending"]; the words of enums need no escaping.
template <NamedEnum E>
std::string word_list(const std::vector<E>& words) {
  std::string list = "[";
  for (const auto word : words) {
    if (list.size() > 1) list += ',';
    list.append("\"").append(enum_name(word)).append("\"");
  }
  return list += ']';
}

/// The inboxes of which the viewer may see rows, of those asked for (empty: any); nothing when all may be seen.
inline std::optional<std::string> visible_inboxes(const Agent& viewer, const std::vector<InboxId>& asked) {
  if (asked.empty()) return viewer.all_inboxes ? std::nullopt : std::optional(id_list(viewer.inboxes));
  std::vector<InboxId> visible;
  for (const auto inbox : asked)
    if (viewer.sees(inbox)) visible.push_back(inbox);
  return id_list(visible);
}

}  // namespace inboxd::storage::sqlite
