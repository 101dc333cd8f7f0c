// What is particular to a message's kind, in our words, whatever the channel called it. Connectors write it, storage
// keeps it as the JSON of schemas/json/content.hpp, clients see that JSON as `content`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace inboxd {

struct LocationContent {
  double latitude = 0;
  double longitude = 0;
  std::string name;
  std::string address;
  std::string url;
  std::int64_t live_period_seconds = 0;  // 0: a fixed place

  friend bool operator==(const LocationContent&, const LocationContent&) = default;
};

struct ContactCard {
  std::string name;
  std::vector<std::string> phones;
  std::vector<std::string> emails;
  std::string organisation;

  friend bool operator==(const ContactCard&, const ContactCard&) = default;
};

struct ContactsContent {
  std::vector<ContactCard> contacts;

  friend bool operator==(const ContactsContent&, const ContactsContent&) = default;
};

struct OrderItem {
  std::string product;
  std::int64_t quantity = 0;
  std::string unit_price;  // decimal text as the provider gave it
  std::string currency;    // ISO 4217

  friend bool operator==(const OrderItem&, const OrderItem&) = default;
};

enum class InteractiveForm { button, list, form, order, call_permission, poll, dice, payment, web_app };

/// A customer's answer to something clickable, or a structured object such as an order. `id` is the value that we
/// attached to the button or row; `fields` the JSON text of a filled form.
struct InteractiveContent {
  InteractiveForm form = InteractiveForm::button;
  std::string id;
  std::string title;
  std::string description;
  std::string fields;
  std::vector<std::string> options;  // a poll's
  std::vector<OrderItem> items;

  friend bool operator==(const InteractiveContent&, const InteractiveContent&) = default;
};

struct CallContent {
  std::string direction;  // "in" or "out"
  std::string outcome;    // "ringing", "answered", "missed", "ended", "failed"
  std::int64_t duration_seconds = 0;

  friend bool operator==(const CallContent&, const CallContent&) = default;
};

struct StickerContent {
  std::string emoji;
  bool animated = false;

  friend bool operator==(const StickerContent&, const StickerContent&) = default;
};

/// Audio, video, image and file: what the bytes alone do not tell.
struct MediaContent {
  bool voice = false;      // recorded in the chat, not an uploaded track
  bool animation = false;  // plays without sound, as a GIF
  bool round = false;      // a video note
  std::int64_t duration_seconds = 0;

  friend bool operator==(const MediaContent&, const MediaContent&) = default;
};

/// `type` is the provider's name for what we do not understand; `reason` a sentence for the agent.
struct UnsupportedContent {
  std::string type;
  std::string reason;

  friend bool operator==(const UnsupportedContent&, const UnsupportedContent&) = default;
};

/// Something that happened in the conversation: "number_changed", "identity_changed", "chat_opened", "member_joined",
/// "member_left", "message_pinned", "status_changed", "contact_blocked", "contact_unblocked", ….
struct ActivityContent {
  std::string action;
  std::string detail;

  friend bool operator==(const ActivityContent&, const ActivityContent&) = default;
};

/// Where a message came from before it reached us: an advertisement or a deep link.
struct Referral {
  std::string source;  // "advertisement", "link", "product"
  std::string id;
  std::string url;
  std::string headline;
  std::string body;

  friend bool operator==(const Referral&, const Referral&) = default;
};

struct TemplateContent {
  std::string name;
  std::string language;

  friend bool operator==(const TemplateContent&, const TemplateContent&) = default;
};

struct MailAddress {
  std::string address;
  std::string name;

  friend bool operator==(const MailAddress&, const MailAddress&) = default;
};

/// The head of an email. `bcc` is of what we send. The checks hold what our own mail server found ("pass", "fail",
/// "softfail", "none", …), empty when it said nothing.
struct EmailContent {
  std::string subject;
  MailAddress from;
  std::vector<MailAddress> to;
  std::vector<MailAddress> cc;
  std::vector<MailAddress> bcc;
  std::vector<MailAddress> reply_to;
  std::string spf;
  std::string dkim;
  std::string dmarc;
  std::string automation;          // "reply" or "notice"; empty: a person wrote it
  std::string signature;           // the sender's, cut off the text
  std::vector<std::string> notes;  // what could not be read as it was meant, in sentences

  friend bool operator==(const EmailContent&, const EmailContent&) = default;
};

using ContentDetail =
    std::variant<std::monostate, LocationContent, ContactsContent, InteractiveContent, CallContent, StickerContent,
                 MediaContent, UnsupportedContent, ActivityContent, TemplateContent, EmailContent>;

struct Content {
  ContentDetail detail;
  std::optional<Referral> referral;
  bool forwarded = false;
  std::string quoted_text;     // what a reply quotes where the quoted message is not ours to link
  std::string placed_by = {};  // why it stands in this conversation: "signature", "reference", "ticket_number", …

  [[nodiscard]] bool empty() const {
    return std::holds_alternative<std::monostate>(detail) && !referral && !forwarded && quoted_text.empty() &&
           placed_by.empty();
  }
  friend bool operator==(const Content&, const Content&) = default;
};

}  // namespace inboxd
