#include "connectors/email/mail/placement.hpp"

#include <algorithm>

#include "connectors/email/addresses.hpp"
#include "connectors/email/mail/header_text.hpp"
#include "connectors/email/mail/subject.hpp"

namespace inboxd::connectors::email {
namespace {

constexpr std::size_t references_max = 50;        // as core takes them
constexpr std::size_t references_read_max = 500;  // of a header that never ends
constexpr std::size_t ticket_digits_max = 12;

std::vector<std::string> own_addresses(const ReadOptions& options) {
  auto all = options.own_addresses;
  all.insert(all.begin(), options.address);
  return all;
}

void add_reference(std::vector<std::string>& references, std::string id) {
  if (references.size() < references_max && std::find(references.begin(), references.end(), id) == references.end())
    references.push_back(std::move(id));
}

/// "[#1234]"
std::int64_t ticket_number(std::string_view subject) {
  for (auto at = subject.find("[#"); at != std::string_view::npos; at = subject.find("[#", at + 1)) {
    const auto end = subject.find(']', at);
    if (end == std::string_view::npos) return 0;
    const auto digits = subject.substr(at + 2, end - at - 2);
    const bool number = !digits.empty() && digits.size() <= ticket_digits_max &&
                        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (number) return std::stoll(std::string(digits));
  }
  return 0;
}

std::string signed_conversation(const std::vector<std::string>& recipients, const ReadOptions& options) {
  const auto bases = own_addresses(options);
  for (const auto& recipient : recipients)
    for (const auto& base : bases) {
      const auto tag = plus_tag(base, recipient);
      if (!tag) continue;
      if (auto conversation = conversation_of_tag(options.signing_key, *tag)) return *conversation;
    }
  return {};
}

}  // namespace

PlacementHints placement_of(const Fields& fields, const Envelope& envelope, std::string_view subject,
                            const ReadOptions& options) {
  PlacementHints hints;
  hints.conversation = signed_conversation(recipients_of(fields, envelope), options);
  for (auto& id : message_ids_of(fields.find("in-reply-to"), references_max))
    add_reference(hints.references, std::move(id));
  auto references = message_ids_of(fields.find("references"), references_read_max);
  for (auto id = references.rbegin(); id != references.rend(); ++id) add_reference(hints.references, std::move(*id));
  // An automatic answer often goes to the envelope sender and names nothing else.
  if (const auto bounce = bounce_address(fields, envelope, options))
    add_reference(hints.references, own_message_id(options, bounce->stable_id));
  hints.ticket_number = ticket_number(subject);
  if (options.same_subject) hints.subject = matter_of(subject);
  return hints;
}

std::optional<BounceTag> bounce_address(const Fields& fields, const Envelope& envelope, const ReadOptions& options) {
  const auto bases = own_addresses(options);
  for (const auto& recipient : recipients_of(fields, envelope))
    for (const auto& base : bases) {
      const auto tag = plus_tag(base, recipient);
      if (!tag) continue;
      if (auto bounce = bounce_of_tag(options.signing_key, *tag)) return bounce;
    }
  return std::nullopt;
}

std::string own_message_id(const ReadOptions& options, std::string_view stable_id) {
  return message_id(options.signing_key, stable_id, domain_of(options.address));
}

bool is_own(std::string_view address, const ReadOptions& options) {
  const auto lower = lower_case(address);
  const auto bases = own_addresses(options);
  return std::any_of(bases.begin(), bases.end(), [&](const std::string& base) {
    return !base.empty() && (lower_case(base) == lower || plus_tag(base, lower).has_value());
  });
}

}  // namespace inboxd::connectors::email
