// The words of the product that have a fixed set of values: states, kinds, roles. The same words stand in SQL CHECK
// constraints, JSON, OpenAPI and the console.
#pragma once

#include "schemas/types/enum_names.hpp"

namespace inboxd {

enum class ConversationStatus { open, pending, snoozed, resolved, closed };
enum class Priority { low, normal, high, urgent };
enum class Direction { in, out, internal };
enum class AuthorKind { contact, agent, bot, system };
enum class MessageKind {
  text,
  image,
  audio,
  video,
  file,
  sticker,
  location,
  contact,
  interactive,
  call,
  unsupported,
  activity,
};
/// Within one attempt a delivery only advances in this order; `failed` may follow sent, not delivered or read;
/// `uncertain` may become any later truth. See schemas/types/delivery.hpp.
enum class DeliveryState { queued, sending, sent, delivered, read, failed, uncertain };
enum class AttachmentState { pending, ready, failed };
enum class Role { agent, lead, manager, admin };
/// What an outbox row asks the provider to do.
enum class OutboxAction { send, edit, erase, react };
enum class InboxHealthState { healthy, degraded, unhealthy, disabled };
/// Who did something, as events and the audit trail name it.
enum class ActorKind { contact, agent, bot, system };

template <>
struct EnumNames<ConversationStatus> {
  static constexpr std::array<std::pair<ConversationStatus, std::string_view>, 5> table{{
      {ConversationStatus::open, "open"},
      {ConversationStatus::pending, "pending"},
      {ConversationStatus::snoozed, "snoozed"},
      {ConversationStatus::resolved, "resolved"},
      {ConversationStatus::closed, "closed"},
  }};
};

template <>
struct EnumNames<Priority> {
  static constexpr std::array<std::pair<Priority, std::string_view>, 4> table{{
      {Priority::low, "low"},
      {Priority::normal, "normal"},
      {Priority::high, "high"},
      {Priority::urgent, "urgent"},
  }};
};

template <>
struct EnumNames<Direction> {
  static constexpr std::array<std::pair<Direction, std::string_view>, 3> table{{
      {Direction::in, "in"},
      {Direction::out, "out"},
      {Direction::internal, "internal"},
  }};
};

template <>
struct EnumNames<AuthorKind> {
  static constexpr std::array<std::pair<AuthorKind, std::string_view>, 4> table{{
      {AuthorKind::contact, "contact"},
      {AuthorKind::agent, "agent"},
      {AuthorKind::bot, "bot"},
      {AuthorKind::system, "system"},
  }};
};

template <>
struct EnumNames<MessageKind> {
  static constexpr std::array<std::pair<MessageKind, std::string_view>, 12> table{{
      {MessageKind::text, "text"},
      {MessageKind::image, "image"},
      {MessageKind::audio, "audio"},
      {MessageKind::video, "video"},
      {MessageKind::file, "file"},
      {MessageKind::sticker, "sticker"},
      {MessageKind::location, "location"},
      {MessageKind::contact, "contact"},
      {MessageKind::interactive, "interactive"},
      {MessageKind::call, "call"},
      {MessageKind::unsupported, "unsupported"},
      {MessageKind::activity, "activity"},
  }};
};

template <>
struct EnumNames<DeliveryState> {
  static constexpr std::array<std::pair<DeliveryState, std::string_view>, 7> table{{
      {DeliveryState::queued, "queued"},
      {DeliveryState::sending, "sending"},
      {DeliveryState::sent, "sent"},
      {DeliveryState::delivered, "delivered"},
      {DeliveryState::read, "read"},
      {DeliveryState::failed, "failed"},
      {DeliveryState::uncertain, "uncertain"},
  }};
};

template <>
struct EnumNames<AttachmentState> {
  static constexpr std::array<std::pair<AttachmentState, std::string_view>, 3> table{{
      {AttachmentState::pending, "pending"},
      {AttachmentState::ready, "ready"},
      {AttachmentState::failed, "failed"},
  }};
};

template <>
struct EnumNames<Role> {
  static constexpr std::array<std::pair<Role, std::string_view>, 4> table{{
      {Role::agent, "agent"},
      {Role::lead, "lead"},
      {Role::manager, "manager"},
      {Role::admin, "admin"},
  }};
};

template <>
struct EnumNames<OutboxAction> {
  static constexpr std::array<std::pair<OutboxAction, std::string_view>, 4> table{{
      {OutboxAction::send, "send"},
      {OutboxAction::edit, "edit"},
      {OutboxAction::erase, "erase"},
      {OutboxAction::react, "react"},
  }};
};

template <>
struct EnumNames<InboxHealthState> {
  static constexpr std::array<std::pair<InboxHealthState, std::string_view>, 4> table{{
      {InboxHealthState::healthy, "healthy"},
      {InboxHealthState::degraded, "degraded"},
      {InboxHealthState::unhealthy, "unhealthy"},
      {InboxHealthState::disabled, "disabled"},
  }};
};

template <>
struct EnumNames<ActorKind> {
  static constexpr std::array<std::pair<ActorKind, std::string_view>, 4> table{{
      {ActorKind::contact, "contact"},
      {ActorKind::agent, "agent"},
      {ActorKind::bot, "bot"},
      {ActorKind::system, "system"},
  }};
};

}  // namespace inboxd
