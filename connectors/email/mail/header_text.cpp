#include "connectors/email/mail/header_text.hpp"

#include <algorithm>

#include "connectors/email/mail/charset.hpp"
#include "connectors/email/mail/fields.hpp"
#include "connectors/email/mail/gmime.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t address_bytes_max = 320;  // RFC 3696, errata 1690, and a little
constexpr std::size_t name_bytes_max = 256;     // of a person
constexpr std::size_t address_list_bytes_max = 128U << 10U;
constexpr std::size_t groups_max = 20;  // GMime reads groups in groups by recursion

constexpr std::size_t words_bytes_max = 64U << 10U;  // read of a value; what is shown of one is far less
/// RFC 2047 allows 75; programs write more. Without a limit one that never ends is looked through again at each "=?".
constexpr std::size_t word_bytes_max = 2048;

struct Word {
  std::string charset;
  std::string bytes;
  std::size_t length = 0;  // in the header
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode_q(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '_' ? ' ' : text[i];
    }
  }
  return out;
}

std::string decode_b(std::string_view text) {
  std::string out(text.size() + 4, '\0');
  int state = 0;
  guint32 save = 0;
  const auto size = g_mime_encoding_base64_decode_step(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                                       reinterpret_cast<unsigned char*>(out.data()), &state, &save);
  out.resize(size);
  return out;
}

/// An encoded word at the front: "=?charset*language?B?text?=".
std::optional<Word> word_at(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const auto second = text.find('?', 2);
  if (second > 60 || second + 3 >= text.size() || text[second + 2] != '?') return std::nullopt;
  const char form = static_cast<char>(text[second + 1] & ~0x20);
  const auto end = text.substr(0, word_bytes_max).find("?=", second + 3);
  if ((form != 'B' && form != 'Q') || end == std::string_view::npos) return std::nullopt;
  const auto coded = text.substr(second + 3, end - second - 3);
  const auto charset = text.substr(2, second - 2);
  return Word{lower_case(charset.substr(0, charset.find('*'))), form == 'B' ? decode_b(coded) : decode_q(coded),
              end + 2};
}

/// Skips the white space between two encoded words, which is no part of the text.
std::size_t gap_before_word(std::string_view text) {
  const auto next = text.find_first_not_of(" \t\r\n");
  return next != std::string_view::npos && word_at(text.substr(next)) ? next : 0;
}

MailAddress bounded(std::string_view address, std::string_view name) {
  std::string clean = clean_line(address);
  if (clean.size() > address_bytes_max) clean.clear();
  return {clean, std::string(cut_utf8(clean_line(name), name_bytes_max))};
}

void add_addresses(InternetAddressList* list, std::vector<MailAddress>& out, bool& cut) {
  const int count = list == nullptr ? 0 : internet_address_list_length(list);
  for (int i = 0; i < count && !cut; ++i) {
    InternetAddress* address = internet_address_list_get_address(list, i);
    if (INTERNET_ADDRESS_IS_GROUP(address)) {
      add_addresses(internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)), out, cut);
      continue;
    }
    const char* name = internet_address_get_name(address);
    const char* plain = internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address));
    auto read = bounded(plain == nullptr ? "" : plain, name == nullptr ? "" : name);
    if (read.address.empty()) continue;
    cut = out.size() >= addresses_max;
    if (!cut) out.push_back(std::move(read));
  }
}

/// For what GMime refuses, such as brackets in a name: the last <…> that looks like an address.
void add_bracketed(std::string_view raw, std::vector<MailAddress>& out) {
  const auto close = raw.rfind('>');
  const auto open = raw.rfind('<', close);
  if (close == std::string_view::npos || open == std::string_view::npos) return;
  const auto address = trimmed(raw.substr(open + 1, close - open - 1));
  if (address.find('@') == std::string_view::npos || address.find(' ') != std::string_view::npos) return;
  auto name = decode_words(trimmed(raw.substr(0, open)));
  name.erase(std::remove(name.begin(), name.end(), '"'), name.end());
  if (auto read = bounded(address, name); !read.address.empty()) out.push_back(std::move(read));
}

std::string without_nested_groups(std::string_view raw) {
  std::string text(raw.substr(0, address_list_bytes_max));
  std::size_t groups = 0;
  for (char& c : text)
    if (c == ':' && ++groups > groups_max) c = ' ';
  return text;
}

}  // namespace

std::string decode_words(std::string_view raw) {
  raw = raw.substr(0, words_bytes_max);
  std::string out;
  while (!raw.empty()) {
    if (auto word = word_at(raw)) {
      raw.remove_prefix(word->length);
      // A character may be cut between two words of one charset: they are read as one.
      for (auto gap = gap_before_word(raw); gap != 0 || raw.starts_with("=?"); gap = gap_before_word(raw)) {
        const auto next = word_at(raw.substr(gap));
        if (!next || next->charset != word->charset) break;
        word->bytes += next->bytes;
        raw.remove_prefix(gap + next->length);
      }
      out += to_utf8(word->bytes, word->charset).text;
      raw.remove_prefix(gap_before_word(raw));
      continue;
    }
    const auto plain = raw.substr(0, raw.find("=?", 1));
    out += to_utf8(plain, {}).text;
    raw.remove_prefix(plain.size());
  }
  return clean_line(out);
}

std::vector<MailAddress> addresses_of(std::string_view raw, bool* cut) {
  std::vector<MailAddress> out;
  bool more = raw.size() > address_list_bytes_max;
  const Ref<InternetAddressList> list(
      internet_address_list_parse(parser_options(), without_nested_groups(raw).c_str()));
  bool full = false;
  add_addresses(list.get(), out, full);
  if (!list && raw.size() <= address_list_bytes_max) add_bracketed(raw, out);
  if (cut != nullptr && (more || full)) *cut = true;
  return out;
}

std::optional<Timestamp> date_of(std::string_view raw) {
  constexpr std::int64_t earliest_seconds = 315532800;  // 1980: no mail is older
  constexpr std::int64_t latest_seconds = 32503680000;  // 3000
  constexpr std::size_t date_bytes_max = 200;
  if (raw.empty() || raw.size() > date_bytes_max) return std::nullopt;
  struct Release {
    void operator()(GDateTime* date) const { g_date_time_unref(date); }
  };
  parser_options();
  const std::unique_ptr<GDateTime, Release> date(g_mime_utils_header_decode_date(std::string(raw).c_str()));
  if (!date) return std::nullopt;
  const std::int64_t seconds = g_date_time_to_unix(date.get());
  if (seconds < earliest_seconds || seconds > latest_seconds) return std::nullopt;
  return from_unix_seconds(seconds);
}

std::vector<std::string> message_ids_of(std::string_view raw, std::size_t count_max) {
  std::vector<std::string> ids;
  while (ids.size() < count_max) {
    raw = trimmed(raw);
    if (raw.empty()) break;
    const bool bracketed = raw.front() == '<';
    const auto end = bracketed ? raw.find('>') : raw.find_first_of(" \t,<");
    const auto id =
        trimmed(raw.substr(bracketed ? 1 : 0, end == std::string_view::npos ? end : end - (bracketed ? 1 : 0)));
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + (bracketed || raw[end] != '<' ? 1 : 0));
    const bool likely = bracketed ? !id.empty() : id.find('@') != std::string_view::npos;
    const std::string clean = clean_line(id);
    if (likely && !clean.empty() && clean.size() <= message_id_bytes_max &&
        clean.find_first_of(" <>") == std::string::npos)
      ids.push_back('<' + clean + '>');
  }
  return ids;
}

}  // namespace inboxd::connectors::email
