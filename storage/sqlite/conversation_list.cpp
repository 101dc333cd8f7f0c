// Lists of conversations. Each starts from the narrowest source that the filter names and ends in the order asked
// for; all filters stand in every statement, so its text is fixed. Without a narrow source, the runs of one index,
// one per status, are merged here: a page costs its own length, however many conversations there are.
#include <algorithm>
#include <limits>

#include "storage/sqlite/conversations.hpp"
#include "storage/sqlite/id_list.hpp"
#include "storage/sqlite/query.hpp"

namespace inboxd::storage::sqlite {
namespace {

// $1 status or statuses · $2 inboxes · $3 assignee · $4 unassigned · $5 tag · $6 contact · $7 only · $8, $9 position ·
// $10 limit
constexpr SqlPart filters =
    " AND ($2 IS NULL OR c.inbox IN (SELECT value FROM json_each($2)))"
    " AND ($3 IS NULL OR c.assignee = $3) AND ($4 = 0 OR c.assignee IS NULL)"
    " AND ($5 IS NULL OR EXISTS (SELECT 1 FROM conversation_tags t WHERE t.conversation = c.id AND t.tag = $5))"
    " AND ($6 IS NULL OR c.identity IN (SELECT id FROM identities WHERE contact = $6))"
    " AND ($7 IS NULL OR c.id IN (SELECT value FROM json_each($7)))";
constexpr SqlPart any_status = " WHERE ($1 IS NULL OR c.status IN (SELECT value FROM json_each($1)))";

constexpr auto one_status =
    SqlPart(" FROM conversations c INDEXED BY conversations_recent WHERE c.status = $1") + filters;
constexpr auto every = SqlPart(" FROM conversations c") + any_status + filters;
constexpr auto by_assignee =
    SqlPart(" FROM conversations c INDEXED BY conversations_assignee") + any_status + filters + " AND c.assignee = $3";
constexpr auto by_tag =
    SqlPart(" FROM conversation_tags s CROSS JOIN conversations c ON s.tag = $5 AND c.id = s.conversation") +
    any_status + filters;
constexpr auto by_contact =
    SqlPart(" FROM identities s CROSS JOIN conversations c ON s.contact = $6 AND c.identity = s.id") + any_status +
    filters;
constexpr auto by_only =
    SqlPart(" FROM (SELECT DISTINCT value FROM json_each($7)) s CROSS JOIN conversations c ON c.id = s.value") +
    any_status + filters;

template <const auto& Source>
constexpr auto newest_of_source = SqlPart("SELECT c.last_message_at, c.id") + Source +
                                  " AND (c.last_message_at, c.id) < ($8, $9) ORDER BY c.last_message_at DESC, "
                                  "c.id DESC LIMIT $10";
template <const auto& Source>
constexpr auto oldest_of_source = SqlPart("SELECT c.last_message_at, c.id") + Source +
                                  " AND (c.last_message_at, c.id) > ($8, $9) ORDER BY c.last_message_at, c.id "
                                  "LIMIT $10";
template <const auto& Source>
constexpr auto created_of_source = SqlPart("SELECT c.created_at, c.id") + Source +
                                   " AND (c.created_at, c.id) < ($8, $9) ORDER BY c.created_at DESC, c.id DESC "
                                   "LIMIT $10";
template <const auto& Source>
constexpr auto number_of_source = SqlPart("SELECT c.number, c.id") + Source +
                                  " AND (c.number, c.id) < ($8, $9) ORDER BY c.number DESC, c.id DESC LIMIT $10";

template <const auto& Source>
Sql sorted(ConversationSort sort) {
  switch (sort) {
    case ConversationSort::newest_message:
      return newest_of_source<Source>;
    case ConversationSort::oldest_message:
      return oldest_of_source<Source>;
    case ConversationSort::created:
      return created_of_source<Source>;
    case ConversationSort::number:
      return number_of_source<Source>;
  }
  throw std::logic_error("unknown sort");
}

struct Place {
  std::int64_t key = 0;
  ConversationId id;

  friend auto operator<=>(const Place&, const Place&) = default;
};

bool by_last_message(ConversationSort sort) {
  return sort == ConversationSort::newest_message || sort == ConversationSort::oldest_message;
}

/// Before the first row in the order of the sort.
Place start_of(ConversationSort sort, const std::optional<ConversationPosition>& after) {
  if (after) return {after->key, after->id};
  using Limits = std::numeric_limits<std::int64_t>;
  if (sort == ConversationSort::oldest_message) return {Limits::min(), ConversationId{Limits::min()}};
  return {Limits::max(), ConversationId{Limits::max()}};
}

/// A list about to be read: its filter as parameters.
class Listing {
 public:
  Listing(Connection& connection, const Agent& viewer, const ConversationFilter& filter,
          const std::optional<ConversationPosition>& after, int limit)
      : connection_(connection),
        filter_(filter),
        inboxes_(visible_inboxes(viewer, filter.inboxes)),
        start_(start_of(filter.sort, after)),
        limit_(limit) {
    if (filter.only) only_ = id_list(*filter.only);
  }

  std::vector<Place> places() {
    const auto sort = filter_.sort;
    const auto statuses = filter_.statuses.empty() ? std::nullopt : std::optional(word_list(filter_.statuses));
    if (only_) return run(sorted<by_only>(sort), statuses);
    if (filter_.contact) return run(sorted<by_contact>(sort), statuses);
    if (filter_.tag) return run(sorted<by_tag>(sort), statuses);
    if (filter_.assignee) return run(sorted<by_assignee>(sort), statuses);
    if (!by_last_message(sort)) return run(sorted<every>(sort), statuses);
    return merged_runs();
  }

 private:
  template <class Statuses>
  std::vector<Place> run(Sql sql, const Statuses& statuses) {
    std::vector<Place> places;
    Query query(connection_, sql, statuses, inboxes_, filter_.assignee, filter_.unassigned, filter_.tag,
                filter_.contact, only_, start_.key, start_.id, limit_);
    while (query.next()) {
      Place& place = places.emplace_back();
      query.read(place.key, place.id);
    }
    return places;
  }

  std::vector<Place> merged_runs() {
    auto statuses = filter_.statuses;
    if (statuses.empty())
      for (const auto& [status, name] : EnumNames<ConversationStatus>::table) statuses.push_back(status);
    std::sort(statuses.begin(), statuses.end());
    statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
    std::vector<Place> places;
    for (const auto status : statuses) {
      const auto found = run(sorted<one_status>(filter_.sort), status);
      places.insert(places.end(), found.begin(), found.end());
    }
    std::sort(places.begin(), places.end());
    if (filter_.sort == ConversationSort::newest_message) std::reverse(places.begin(), places.end());
    places.resize(std::min(places.size(), static_cast<std::size_t>(limit_)));
    return places;
  }

  Connection& connection_;
  const ConversationFilter& filter_;
  std::optional<std::string> inboxes_;
  std::optional<std::string> only_;
  Place start_;
  int limit_;
};

}  // namespace

std::vector<Conversation> SqliteConversationTable::list(const Agent& viewer, const ConversationFilter& filter,
                                                        const std::optional<ConversationPosition>& after,
                                                        int limit) const {
  std::vector<Conversation> conversations;
  for (const auto& place : Listing(connection_, viewer, filter, after, limit).places())
    conversations.push_back(find(place.id).value());
  return conversations;
}

}  // namespace inboxd::storage::sqlite
