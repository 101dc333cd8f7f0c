// Which folder a person hears of first.
#include "connectors/email/imap/folder_names.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using inboxd::connectors::email::imap::nearest_first;

TEST_CASE("email: the folder that was meant is named first") {
  const std::vector<std::string> folders{"INBOX", "Archive", "Sent Items", "INBOX.Sent", "Trash"};
  CHECK(nearest_first(folders, "sent").starts_with("INBOX.Sent, Sent Items"));
  CHECK(nearest_first(folders, "Archiv").starts_with("Archive, "));
  CHECK(nearest_first(folders, "inbox").starts_with("INBOX, "));
  CHECK(nearest_first({}, "inbox").empty());
}

TEST_CASE("email: of many folders only as many are named as a person reads") {
  std::vector<std::string> folders;
  for (int i = 0; i < 100; ++i) folders.push_back("f" + std::to_string(i));
  const auto names = nearest_first(folders, "f77");
  CHECK(names.starts_with("f77, "));
  CHECK(std::count(names.begin(), names.end(), ',') == 29);
}
