// A channel whose customers connect to us by themselves, such as a widget on a page. The channel gives rules, checks
// what visitors claim, and holds the files that they load; sessions, sockets, sequences, uploads and limits are the
// host's, written once. Pure like everything here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/result.hpp"
#include "schemas/types/time.hpp"

namespace inboxd::connectors {

enum class VisitorFieldKind { text, email, phone, choice, consent };

}  // namespace inboxd::connectors

namespace inboxd {
template <>
struct EnumNames<connectors::VisitorFieldKind> {
  static constexpr std::array<std::pair<connectors::VisitorFieldKind, std::string_view>, 5> table{{
      {connectors::VisitorFieldKind::text, "text"},
      {connectors::VisitorFieldKind::email, "email"},
      {connectors::VisitorFieldKind::phone, "phone"},
      {connectors::VisitorFieldKind::choice, "choice"},
      {connectors::VisitorFieldKind::consent, "consent"},
  }};
};
}  // namespace inboxd

namespace inboxd::connectors {

/// A question before the first message.
struct VisitorField {
  std::string name;
  std::string label;
  VisitorFieldKind kind = VisitorFieldKind::text;
  bool required = false;
  std::vector<std::string> options;  // of a choice

  friend bool operator==(const VisitorField&, const VisitorField&) = default;
};

/// Each is both the most at once and what comes back within its span.
struct VisitorLimits {
  std::int64_t messages_per_minute_max = 60;    // per visitor; ten times as many per address
  std::int64_t visitors_per_hour_max = 60;      // new ones, per address
  std::int64_t uploads_per_hour_max = 30;       // per visitor; ten times as many per address
  std::int64_t sockets_per_visitor_max = 10;    // open at once: tabs
  std::int64_t sockets_per_address_max = 500;   // open at once: a whole company behind one address
  std::uint64_t upload_bytes_per_day_max = 0;   // per visitor
  std::uint64_t upload_bytes_max = 10U << 20U;  // of one file; 0: no uploads
};

struct VisitorRules {
  std::vector<std::string> allowed_origins;  // as browsers write them: lower case, no path
  bool identity_required = false;            // anonymous visitors are refused
  std::vector<VisitorField> fields;
  std::vector<std::string> upload_types;  // found by looking at the bytes, whatever the sender calls them
  VisitorLimits limits;
  /// Title, greeting, colour: for the page that shows the chat, by name.
  std::map<std::string, std::string> appearance;
};

/// What the company's own system says of who is signed in there. One of the two forms.
struct IdentityProof {
  std::string token;      // a signed token
  std::string user_id;    // or an id,
  std::string user_hash;  // and its keyed hash
  [[nodiscard]] bool given() const { return !token.empty() || !user_id.empty() || !user_hash.empty(); }
};
struct VouchedPerson {
  std::string subject;
  std::string name;
  std::string email;

  friend bool operator==(const VouchedPerson&, const VouchedPerson&) = default;
};

struct VisitorFile {
  std::string_view mime;
  std::string_view bytes;  // as long as the program lives
};

/// Replies on such a channel are accepted once they are stored: the visitor reads them from the store by sequence, so
/// there is no transfer that could fail, and next_send_step() is Accepted at once.
class ServesVisitors {
 public:
  virtual ~ServesVisitors() = default;
  [[nodiscard]] virtual const VisitorRules& visitor_rules() const = 0;
  /// What is kept of the answers to `fields`, each checked; refused with the name of the first that does not fit.
  [[nodiscard]] virtual Result<std::map<std::string, std::string>> check_fields(
      const std::map<std::string, std::string>& given) const = 0;
  /// Refused: unauthenticated, with a sentence for whoever builds the page.
  [[nodiscard]] virtual Result<VouchedPerson> check_identity(const IdentityProof& proof, std::string_view inbox_name,
                                                             Timestamp now) const = 0;
  /// A file that visitors load, by name; nothing for any other.
  [[nodiscard]] virtual std::optional<VisitorFile> visitor_file(std::string_view name) const = 0;
};

}  // namespace inboxd::connectors
