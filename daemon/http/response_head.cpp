// Writes answers' headers; reason phrases are RFC 9110's.
#include "daemon/http/response_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <utility>

#include "daemon/http/header_parameters.hpp"

namespace inboxd::http {

namespace {

std::string_view reason(int status) {
  static constexpr std::array<std::pair<int, std::string_view>, 36> table{{
      {101, "Switching Protocols"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
  }};
  for (const auto& [number, phrase] : table)
    if (number == status) return phrase;
  return "Unknown";
}

bool breaks_line(std::string_view text) { return text.find_first_of(std::string_view("\r\n\0", 3)) != text.npos; }

bool is_ours(std::string_view name) {
  const std::string lowered = lower_case(name);
  return lowered == "content-length" || lowered == "connection" || lowered == "transfer-encoding" ||
         lowered == "server" || lowered == "date" || lowered == "x-content-type-options";
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string http_date(Timestamp now) {
  static constexpr std::array<const char*, 7> weekdays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{std::chrono::floor<std::chrono::seconds>(now - day)};
  std::array<char, 64> out{};
  const int size = std::snprintf(out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                 weekdays.at(std::chrono::weekday{day}.c_encoding()), static_cast<unsigned>(date.day()),
                                 months.at(static_cast<unsigned>(date.month()) - 1), static_cast<int>(date.year()),
                                 static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                 static_cast<int>(time.seconds().count()));
  return {out.data(), static_cast<std::size_t>(size)};
}

}  // namespace

void append_head(std::string& out, const Response& response, const HeadOptions& options) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ").append(reason(response.status));
  out.append("\r\nServer: ").append(options.server).append("\r\nDate: ").append(http_date(options.now));
  out.append("\r\nX-Content-Type-Options: nosniff\r\n");
  for (const auto& [name, value] : response.headers) {
    if (is_ours(name) || breaks_line(name) || breaks_line(value)) continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  // 204 has no Content-Length (RFC 9110, section 8.6).
  if (response.status != 204)
    out.append("Content-Length: ").append(std::to_string(options.content_length)).append("\r\n");
  if (response.status == 426) out.append("Connection: upgrade");
  if (response.status == 426 && options.persistence == Persistence::close) out.append(", close");
  if (response.status == 426) out.append("\r\n");
  if (response.status != 426 && options.persistence == Persistence::close) out.append("Connection: close\r\n");
  out.append("\r\n");
}

RangeAnswer read_range(std::string_view range, std::uint64_t size, ByteRange& part) {
  if (lower_case(range.substr(0, 6)) != "bytes=") return RangeAnswer::whole;
  range = trim_spaces(range.substr(6));
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return RangeAnswer::whole;
  const auto number = [](std::string_view text, std::uint64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
  };
  std::uint64_t first = 0;
  std::uint64_t last = size == 0 ? 0 : size - 1;
  if (dash == 0) {
    std::uint64_t suffix = 0;
    if (!number(range.substr(1), suffix)) return RangeAnswer::whole;
    if (suffix == 0 || size == 0) return RangeAnswer::unsatisfiable;
    first = size - std::min(suffix, size);
  } else {
    if (!number(range.substr(0, dash), first)) return RangeAnswer::whole;
    std::uint64_t given = 0;
    const std::string_view end = range.substr(dash + 1);
    if (!end.empty() && (!number(end, given) || given < first)) return RangeAnswer::whole;
    if (first >= size) return RangeAnswer::unsatisfiable;
    if (!end.empty()) last = std::min(last, given);
  }
  part = {first, last - first + 1};
  return RangeAnswer::part;
}

}  // namespace inboxd::http
