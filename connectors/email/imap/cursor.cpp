#include "connectors/email/imap/cursor.hpp"

#include <limits>

#include "connectors/sdk/json_access.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::connectors::email::imap {

std::string to_text(const Cursor& cursor) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  json_fields::field(writer, "folder", cursor.folder);
  json_fields::field(writer, "uidvalidity", cursor.uidvalidity);
  json_fields::field(writer, "last_uid", static_cast<std::int64_t>(cursor.last_uid));
  json_fields::put(writer, "last_at", cursor.last_at);
  json_fields::put_flag(writer, "importing", cursor.importing);
  json_fields::put(writer, "resync_from", cursor.resync_from);
  json_fields::put(writer, "refused_uid", static_cast<std::int64_t>(cursor.refused_uid));
  json_fields::put(writer, "refused_times", static_cast<std::int64_t>(cursor.refused_times));
  json_fields::put(writer, "put_off_times", static_cast<std::int64_t>(cursor.put_off_times));
  writer.end_object();
  return text;
}

std::optional<Cursor> cursor_from_text(const std::string& text) {
  const auto json = parse_json(text);
  if (!json || !json->is_object() || !has(*json, "last_uid")) return std::nullopt;
  const auto uid = [&](std::string_view key) -> std::uint32_t {
    const auto number = integer_of(*json, key);
    return number > 0 && number <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(number) : 0;
  };
  Cursor cursor;
  cursor.folder = text_of(*json, "folder");
  cursor.uidvalidity = static_cast<std::uint64_t>(integer_of(*json, "uidvalidity"));
  cursor.last_uid = uid("last_uid");
  cursor.last_at = parse_rfc3339(text_of(*json, "last_at"));
  cursor.importing = flag_of(*json, "importing");
  cursor.resync_from = parse_rfc3339(text_of(*json, "resync_from"));
  cursor.refused_uid = uid("refused_uid");
  cursor.refused_times = static_cast<int>(uid("refused_times"));
  cursor.put_off_times = static_cast<int>(uid("put_off_times"));
  return cursor;
}

}  // namespace inboxd::connectors::email::imap
