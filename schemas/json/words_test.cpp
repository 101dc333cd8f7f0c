// One word for one thing: the tables of schemas/types say what schemas/events/words.schema.json says, and OpenAPI takes
// every word from there.
#include <algorithm>
#include <fstream>
#include <iterator>

#include <boost/json/parse.hpp>

#include "schemas/json/content.hpp"
#include "schemas/types/capabilities.hpp"
#include "schemas/types/event.hpp"
#include "schemas/types/result.hpp"
#include "schemas/types/vocabulary.hpp"
#include "tests/support/catch.hpp"

using namespace inboxd;

namespace {

std::string file_of(const std::string& path) {
  std::ifstream file(INBOXD_SOURCE_DIR + ('/' + path), std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

const boost::json::value& definitions() {
  static const boost::json::value words = boost::json::parse(file_of("schemas/events/words.schema.json"));
  return words.at("$defs");
}

template <class E>
void check_words(const char* name) {
  INFO(name);
  std::vector<std::string> described;
  for (const auto& word : definitions().at(name).at("enum").as_array()) described.emplace_back(word.as_string());
  std::vector<std::string> written;
  for (const auto& [value, word] : EnumNames<E>::table) written.emplace_back(word);
  CHECK(described == written);
}

template <class Tag>
void check_prefix(const char* name) {
  INFO(name);
  const std::string pattern = "^" + std::string(Tag::prefix) + "_[1-9][0-9]*$";
  CHECK(definitions().at(name).at("pattern").as_string() == pattern.c_str());
}

}  // namespace

TEST_CASE("the schemas' words are the program's") {
  check_words<ConversationStatus>("ConversationStatus");
  check_words<Priority>("Priority");
  check_words<Direction>("Direction");
  check_words<AuthorKind>("AuthorKind");
  check_words<ActorKind>("ActorKind");
  check_words<MessageKind>("MessageKind");
  check_words<DeliveryState>("DeliveryState");
  check_words<AttachmentState>("AttachmentState");
  check_words<Role>("Role");
  check_words<InboxHealthState>("InboxHealthState");
  check_words<Support>("Support");
  check_words<InteractiveForm>("InteractiveForm");
  check_words<EventType>("EventType");
  check_words<ErrorCode>("ErrorCode");
}

TEST_CASE("the schemas' id prefixes are the program's") {
  check_prefix<AgentTag>("AgentId");
  check_prefix<AttachmentTag>("AttachmentId");
  check_prefix<ContactTag>("ContactId");
  check_prefix<ConversationTag>("ConversationId");
  check_prefix<IdentityTag>("IdentityId");
  check_prefix<InboxTag>("InboxId");
  check_prefix<MessageTag>("MessageId");
  check_prefix<OutboxTag>("OutboxId");
  check_prefix<RawOriginalTag>("RawOriginalId");
  check_prefix<QuarantineTag>("QuarantineId");
  check_prefix<TeamTag>("TeamId");
}

TEST_CASE("every event of the log has a definition") {
  const auto events = boost::json::parse(file_of("schemas/events/event.schema.json"));
  for (const auto& [value, word] : EnumNames<EventType>::table)
    CHECK(events.at("$defs").as_object().contains(boost::json::string_view(word.data(), word.size())));
}

TEST_CASE("OpenAPI takes the product's words from the schemas instead of repeating them") {
  // Only what belongs to a request and is no word of the product may be listed in place.
  const std::vector<std::string> requests_own{"enum: [asc, desc]", "enum: [sent, failed]",
                                              "enum: [last_message_at, oldest, created_at, number]"};
  const std::string api = file_of("schemas/http/openapi.yaml");
  for (std::size_t at = api.find("enum:"); at != std::string::npos; at = api.find("enum:", at + 1)) {
    const std::string listed = api.substr(at, 60);
    INFO(listed);
    CHECK(std::any_of(requests_own.begin(), requests_own.end(),
                      [&](const std::string& known) { return listed.starts_with(known); }));
  }
}
