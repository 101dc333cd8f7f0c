#include "connectors/email/imap/folder_names.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace inboxd::connectors::email::imap {
namespace {

constexpr std::size_t named_max = 30;
constexpr std::size_t compared_bytes_max = 200;

std::string lower(std::string_view text) {
  std::string out(text.substr(0, compared_bytes_max));
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return out;
}

/// "Sent" of "INBOX.Sent" or "[Gmail]/Sent".
std::string_view last_part(std::string_view name) {
  const auto cut = name.find_last_of("/.");
  return cut == std::string_view::npos ? name : name.substr(cut + 1);
}

/// Single letters to change, add or take away.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, above + 1, diagonal + (one[i] == other[j] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

std::size_t unlikeness(std::string_view folder, std::string_view wanted) {
  const std::string one = lower(folder);
  const std::string other = lower(wanted);
  const bool contained = one.find(other) != std::string::npos || other.find(one) != std::string::npos;
  if (one != other && contained) return std::min<std::size_t>(1, distance(last_part(one), last_part(other)));
  return std::min(distance(one, other), distance(last_part(one), last_part(other)));
}

}  // namespace

std::string nearest_first(std::vector<std::string> folders, std::string_view wanted) {
  std::stable_sort(folders.begin(), folders.end(), [&](const std::string& one, const std::string& other) {
    return unlikeness(one, wanted) < unlikeness(other, wanted);
  });
  if (folders.size() > named_max) folders.resize(named_max);
  std::string names;
  for (const auto& folder : folders) names += (names.empty() ? "" : ", ") + folder;
  return names;
}

}  // namespace inboxd::connectors::email::imap
