// Texts with a form of their own: formatting, cursors and ids, addresses and URLs, the configuration file.
#include <boost/json/parse.hpp>

#include "connectors/sdk/factory.hpp"
#include "connectors/sdk/json_access.hpp"
#include "connectors/sdk/rich_text.hpp"
#include "connectors/telegram/entities.hpp"
#include "daemon/config/load.hpp"
#include "daemon/core/commands/outcome.hpp"
#include "daemon/core/messages/correlation.hpp"
#include "daemon/http/api/list.hpp"
#include "daemon/http/auth/token.hpp"
#include "daemon/transfers/addresses.hpp"
#include "daemon/transfers/reach.hpp"
#include "schemas/types/event.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/seeded_random.hpp"

namespace inboxd::fuzz {
namespace {

using namespace connectors;

bool on_border(const std::string& text, std::size_t at) {
  return at <= text.size() && (at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U);
}

void check_spans(const RichText& rich) {
  for (const auto& span : rich.spans) {
    promise(span.begin <= span.end && span.end <= rich.text.size(), "spans lie in their text");
    promise(span.style != TextStyle::link || safe_link(span.link), "links have a safe scheme");
  }
}

/// No variables and no files: the text alone decides.
class Nothing final : public config::Environment {
 public:
  [[nodiscard]] std::optional<std::string> variable(const std::string& /*name*/) const override { return {}; }
  [[nodiscard]] std::variant<std::string, config::Unreadable> read_file(const std::filesystem::path& /*path*/,
                                                                        std::size_t /*bytes_max*/) const override {
    return config::Unreadable{"there is none"};
  }
};

}  // namespace

void rich_text(std::string_view bytes) {
  const auto rich = parse_html(bytes);
  if (!rich) return;
  check_spans(*rich);
  const auto html = to_html(*rich);
  promise(html.find("<script") == std::string::npos, "no script comes out");
  if (const auto again = parse_html(html)) check_spans(*again);
  (void)slice(*rich, rich->text.size() / 3, rich->text.size() / 2);
  const auto half = byte_at_utf16(rich->text, utf16_length(rich->text) / 2);
  promise(half <= rich->text.size(), "a place in a text lies in it");
}

void telegram_entities(std::string_view bytes) {
  const auto json = parse_json(bytes);
  if (!json) return;
  const auto rich = telegram::read_entities(text_of(*json, "text"), array_of(*json, "entities"));
  check_spans(rich);
  for (const auto& span : rich.spans)
    promise(on_border(rich.text, span.begin) && on_border(rich.text, span.end), "spans lie on characters' borders");
  (void)to_html(rich);
  (void)telegram::write_entities(rich);
  for (const auto& piece : telegram::split_text(rich, 16)) {
    promise(utf16_length(piece.text) <= 16, "a piece is not longer than asked for");
    check_spans(piece);
  }
}

void tokens(std::string_view bytes) {
  if (const auto cursor = parse_cursor(bytes))
    promise(parse_cursor(to_string(*cursor)) == cursor, "a cursor reads back");
  if (const auto id = parse_id<MessageId>(bytes)) promise(to_string(*id) == bytes, "an id reads back");
  (void)http::parse_position(bytes);
  (void)http::bearer_token(bytes);
  static const http::MediaLinks links = [] {
    SeededRandom random(1);
    return http::MediaLinks(random);
  }();
  promise(!links.verify(bytes, from_unix_ms(1'763'800'000'000)), "nobody guesses a link");
  if (const auto outcome = core::outcome_from_text(bytes))
    promise(core::outcome_from_text(core::to_text(*outcome)) == outcome, "an outcome reads back");
  if (const auto at = parse_rfc3339(bytes)) promise(parse_rfc3339(to_rfc3339(*at)) == at, "a time reads back");
  (void)core::split_correlation(bytes);
}

void addresses(std::string_view bytes) {
  (void)transfers::is_global_address(bytes);
  const std::string text(bytes);
  const transfers::Reach reach{{"http://127.0.0.1:8899"}, {"*.example.com", "media.test"}};
  if (const auto target = transfers::parse_target(text)) {
    promise(target->scheme.starts_with("http") || target->scheme.starts_with("smtp"), "only web and mail servers");
    const auto admitted = transfers::admission(*target, reach);
    if (admitted == transfers::Admission::base)
      promise(target->host == "127.0.0.1" && target->port == 8899, "the base");
    if (admitted == transfers::Admission::media) promise(target->scheme == "https", "media over https only");
  }
  if (const auto redirect = transfers::same_origin_redirect("https://media.test/a", bytes)) {
    const auto target = transfers::parse_target(*redirect);
    promise(target && target->host == "media.test" && target->scheme == "https" && target->port == 443,
            "a redirect stays where it was");
  }
  promise(transfers::without_urls(bytes).find("://") == std::string::npos, "no URL is left in an error's text");
}

void config_file(std::string_view bytes) {
  const auto loaded = config::load_text(bytes, "/etc/inboxd/inboxd.toml", channels(), Nothing{});
  if (const auto* problems = std::get_if<std::vector<config::Problem>>(&loaded))
    promise(!problems->empty(), "what is refused has a reason");
}

}  // namespace inboxd::fuzz
