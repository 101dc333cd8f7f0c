#include "connectors/email/mail/bounce_text.hpp"

#include <algorithm>
#include <array>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t diagnostic_bytes_max = 500;
constexpr std::size_t ids_max = 20;  // one is what a bounce holds

constexpr std::array failure_words{
    std::string_view{"could not be delivered"},
    std::string_view{"couldn't be delivered"},
    std::string_view{"delivery failed"},
    std::string_view{"delivery failure"},
    std::string_view{"delivery has failed"},
    std::string_view{"undeliverable"},
    std::string_view{"undelivered"},
    std::string_view{"returned mail"},
    std::string_view{"failure notice"},
    std::string_view{"mail delivery failed"},
    std::string_view{"was not delivered"},
    std::string_view{"did not reach"},
    std::string_view{"wasn't able to deliver"},
    std::string_view{"unable to deliver"},
    std::string_view{"permanent error"},
    std::string_view{"permanent fatal errors"},
    std::string_view{"unzustellbar"},
    std::string_view{"nicht zugestellt"},
    std::string_view{"mancato recapito"},
    std::string_view{"impossibile recapitare"},
    std::string_view{"non remis"},
    std::string_view{"échec de la remise"},
    std::string_view{"no se pudo entregar"},
    std::string_view{"no se ha podido entregar"},
    std::string_view{"não foi possível entregar"},
    std::string_view{"niet worden bezorgd"},
};
constexpr std::array delay_words{
    std::string_view{"will be retried"},
    std::string_view{"still being retried"},
    std::string_view{"continue to try"},
    std::string_view{"not yet been delivered"},
    std::string_view{"has been delayed"},
    std::string_view{"delivery delayed"},
    std::string_view{"delivery is delayed"},
    std::string_view{"you do not need to resend"},
    std::string_view{"no action is required on your part"},
};
constexpr std::array unknown_words{
    std::string_view{"user unknown"},           std::string_view{"unknown user"},
    std::string_view{"no such user"},           std::string_view{"no mailbox here by that name"},
    std::string_view{"unrouteable address"},    std::string_view{"address not found"},
    std::string_view{"user doesn't exist"},     std::string_view{"user does not exist"},
    std::string_view{"mailbox does not exist"}, std::string_view{"no such mailbox"},
};

template <std::size_t Count>
bool any_of_words(const std::string& lower_text, const std::array<std::string_view, Count>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return lower_text.find(word) != std::string::npos; });
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// One to three digits at `at`, moved past them.
bool digits(std::string_view text, std::size_t& at) {
  const std::size_t first = at;
  while (at < text.size() && digit(text[at]) && at - first < 4) ++at;
  return at > first && at - first <= 3;
}

/// An enhanced status code (RFC 3463) that begins at `at`.
std::string_view status_at(std::string_view text, std::size_t at) {
  const bool inside = at > 0 && (digit(text[at - 1]) || text[at - 1] == '.');
  if (inside || (text[at] != '2' && text[at] != '4' && text[at] != '5')) return {};
  std::size_t end = at + 1;
  for (int i = 0; i < 2; ++i)
    if (end >= text.size() || text[end] != '.' || !digits(text, ++end)) return {};
  const bool longer = end + 1 < text.size() && text[end] == '.' && digit(text[end + 1]);
  return longer ? std::string_view{} : text.substr(at, end - at);
}

bool address_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || digit(c) ||
         std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

std::string first_address(std::string_view text) {
  constexpr std::size_t tries_max = 50;
  std::size_t tries = 0;
  for (auto at = text.find('@'); at != std::string_view::npos && tries < tries_max;
       at = text.find('@', at + 1), ++tries) {
    auto begin = at;
    while (begin > 0 && at - begin < 100 && address_character(text[begin - 1])) --begin;
    auto end = at + 1;
    while (end < text.size() && end - at < 254 && address_character(text[end])) ++end;
    while (end > at && text[end - 1] == '.') --end;
    auto address = lower_case(text.substr(begin, end - begin));
    const bool daemon = address.starts_with("mailer-daemon") || address.starts_with("postmaster");
    if (begin < at && address.find('.', at - begin) != std::string::npos && !daemon) return address;
  }
  return {};
}

/// Of what stands before the returned mail: its own lines would be taken for the server's.
std::string_view before_returned_mail(std::string_view text) {
  for (const std::string_view mark :
       {"--- Below this line is a copy", "------ This is a copy", "----- Original message", "Original message headers",
        "-----Original Message", "----- Message header follows"})
    text = text.substr(0, text.find(mark));
  return text;
}

/// The line that says why: the one with the status, else the first that begins with a reply code of SMTP.
std::string diagnostic_in(std::string_view text, std::string_view status) {
  std::string_view found;
  while (!text.empty() && found.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const bool code = line.find("550") != std::string_view::npos || line.find("552") != std::string_view::npos ||
                      line.find("554") != std::string_view::npos;
    if (status.empty() ? code : line.find(status) != std::string_view::npos) found = line;
  }
  return std::string(cut_utf8(clean_line(found), diagnostic_bytes_max));
}

}  // namespace

std::string status_in(std::string_view text) {
  std::string_view first;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto status = status_at(text, at);
    if (status.empty()) continue;
    if (status.front() == '5') return std::string(status);
    if (first.empty()) first = status;
  }
  return std::string(first);
}

std::vector<std::string> message_ids_in(std::string_view text) {
  std::vector<std::string> ids;
  constexpr std::string_view name = "message-id:";
  const std::string lower = lower_case(text);
  for (auto at = lower.find(name); at != std::string::npos && ids.size() < ids_max; at = lower.find(name, at + 1)) {
    const auto value = text.substr(at + name.size());
    // The id may stand on the next line, folded.
    const auto first = value.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) break;
    for (auto& id : message_ids_of(value.substr(first, value.find('\n', first) - first), 1))
      ids.push_back(std::move(id));
  }
  return ids;
}

std::optional<DeliveryReport> read_bounce_text(std::string_view subject, std::string_view text,
                                               std::string_view failed_recipients) {
  const auto words = before_returned_mail(text);
  const std::string lower = lower_case(std::string(subject) + '\n' + std::string(words));
  const bool delayed = any_of_words(lower, delay_words);
  if (!delayed && failed_recipients.empty() && !any_of_words(lower, failure_words)) return std::nullopt;
  DeliveryReport report;
  report.action = delayed ? DeliveryAction::delayed : DeliveryAction::failed;
  report.recipient = first_address(failed_recipients.empty() ? words : failed_recipients);
  report.status = status_in(words);
  report.diagnostic = diagnostic_in(words, report.status);
  if (report.status.empty() && !delayed && any_of_words(lower, unknown_words)) report.status = "5.1.1";
  return report;
}

}  // namespace inboxd::connectors::email
