#include "daemon/app/mail_date.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace inboxd::app {
namespace {

constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

bool begins_like(std::string_view word, std::string_view name) {
  return word.size() >= name.size() &&
         std::equal(name.begin(), name.end(), word.begin(), [](char a, char b) { return a == lower(b); });
}

class DateReader {
 public:
  std::optional<MailDate> read(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const auto begin = text.find_first_not_of(" \t\r\n,-()", at);
      if (begin == std::string_view::npos) break;
      // A sign belongs to the zone behind it.
      const bool west = begin > 0 && text[begin - 1] == '-' && time_known_;
      at = std::min(text.find_first_of(" \t\r\n,-()", begin), text.size());
      word(text.substr(begin, at - begin), west);
    }
    const std::chrono::year_month_day date{std::chrono::year{year_}, std::chrono::month{month_},
                                           std::chrono::day{day_}};
    if (!time_known_ || year_ == 0 || !date.ok()) return std::nullopt;
    return MailDate{Timestamp{std::chrono::sys_days{date} + seconds_ - offset_}, unknown_ == 0};
  }

 private:
  void word(std::string_view word, bool west) {
    if (word.find(':') != std::string_view::npos) return clock(word);
    if (word.front() == '+' || west) return zone(word.substr(word.front() == '+' ? 1 : 0), west);
    if (std::all_of(word.begin(), word.end(), is_digit)) return number(word);
    const bool letters = std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c) || c == '.'; });
    if (!letters) return void(++unknown_);
    if (month_ == 0)
      for (std::size_t i = 0; i < months.size(); ++i)
        if (begins_like(word, months[i])) return void(month_ = static_cast<unsigned>(i + 1));
    const bool weekday =
        std::any_of(weekdays.begin(), weekdays.end(), [&](std::string_view name) { return begins_like(word, name); });
    const bool zone_name = word.size() <= 5 && std::all_of(word.begin(), word.end(), [](char c) { return c <= 'Z'; });
    if (!weekday && !zone_name) ++unknown_;
  }

  void number(std::string_view word) {
    constexpr std::size_t digits_max = 4;
    if (word.size() > digits_max) return void(++unknown_);
    int value = 0;
    for (const char c : word) value = value * 10 + (c - '0');
    if (word.size() <= 2 && day_ == 0 && value >= 1 && value <= 31) return void(day_ = static_cast<unsigned>(value));
    // Two digits as RFC 5322, section 4.3 reads them.
    if (word.size() == 2 && year_ == 0) value += value < 50 ? 2000 : 1900;
    constexpr int first_year = 1970;
    if (year_ != 0 || value < first_year) return void(++unknown_);
    year_ = value;
  }

  /// "10:00", "10:00:00"
  void clock(std::string_view word) {
    std::array<int, 3> parts{};
    std::size_t part = 0;
    for (const char c : word) {
      if (c == ':' && part < 2) {
        ++part;
      } else if (is_digit(c) && parts[part] < 100) {
        parts[part] = parts[part] * 10 + (c - '0');
      } else {
        return void(++unknown_);
      }
    }
    if (time_known_ || parts[0] > 23 || parts[1] > 59 || parts[2] > 60) return void(++unknown_);
    time_known_ = true;
    seconds_ = std::chrono::hours{parts[0]} + std::chrono::minutes{parts[1]} + std::chrono::seconds{parts[2]};
  }

  /// "0100" behind its sign
  void zone(std::string_view word, bool west) {
    constexpr std::size_t zone_digits = 4;
    if (word.size() != zone_digits || !std::all_of(word.begin(), word.end(), is_digit)) return void(++unknown_);
    const auto digit = [&](std::size_t at) { return word[at] - '0'; };
    offset_ = std::chrono::hours{digit(0) * 10 + digit(1)} + std::chrono::minutes{digit(2) * 10 + digit(3)};
    if (west) offset_ = -offset_;
  }

  unsigned day_ = 0;
  unsigned month_ = 0;
  int year_ = 0;
  bool time_known_ = false;
  std::chrono::seconds seconds_{0};
  std::chrono::seconds offset_{0};
  int unknown_ = 0;
};

}  // namespace

std::optional<MailDate> read_mail_date(std::string_view text) { return DateReader().read(text); }

}  // namespace inboxd::app
