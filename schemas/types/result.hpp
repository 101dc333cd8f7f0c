// What an operation that can be refused returns. The codes are those of the public contract, the same in REST and
// on the stream; exceptions are left for bugs and broken machines.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "schemas/types/enum_names.hpp"
#include "schemas/types/time.hpp"

namespace inboxd {

enum class ErrorCode {
  bad_request,
  unauthenticated,
  forbidden,
  not_found,
  conflict,
  conversation_moved,
  idempotency_mismatch,
  resync_required,
  epoch_changed,
  rate_limited,
  payload_too_large,
  channel_unavailable,
  window_closed,
  storage_unavailable,
  draining,
  internal,
};

template <>
struct EnumNames<ErrorCode> {
  static constexpr std::array<std::pair<ErrorCode, std::string_view>, 16> table{{
      {ErrorCode::bad_request, "bad_request"},
      {ErrorCode::unauthenticated, "unauthenticated"},
      {ErrorCode::forbidden, "forbidden"},
      {ErrorCode::not_found, "not_found"},
      {ErrorCode::conflict, "conflict"},
      {ErrorCode::conversation_moved, "conversation_moved"},
      {ErrorCode::idempotency_mismatch, "idempotency_mismatch"},
      {ErrorCode::resync_required, "resync_required"},
      {ErrorCode::epoch_changed, "epoch_changed"},
      {ErrorCode::rate_limited, "rate_limited"},
      {ErrorCode::payload_too_large, "payload_too_large"},
      {ErrorCode::channel_unavailable, "channel_unavailable"},
      {ErrorCode::window_closed, "window_closed"},
      {ErrorCode::storage_unavailable, "storage_unavailable"},
      {ErrorCode::draining, "draining"},
      {ErrorCode::internal, "internal"},
  }};
};

/// The HTTP status that goes with each code, by protocol.
constexpr int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::bad_request:
      return 400;
    case ErrorCode::unauthenticated:
      return 401;
    case ErrorCode::forbidden:
      return 403;
    case ErrorCode::not_found:
      return 404;
    case ErrorCode::conflict:
      return 409;
    case ErrorCode::conversation_moved:
      return 409;
    case ErrorCode::idempotency_mismatch:
      return 422;
    case ErrorCode::resync_required:
      return 410;
    case ErrorCode::epoch_changed:
      return 410;
    case ErrorCode::rate_limited:
      return 429;
    case ErrorCode::payload_too_large:
      return 413;
    case ErrorCode::channel_unavailable:
      return 503;
    case ErrorCode::window_closed:
      return 409;
    case ErrorCode::storage_unavailable:
      return 503;
    case ErrorCode::draining:
      return 503;
    case ErrorCode::internal:
      return 500;
  }
  return 500;
}

/// `detail` is a sentence for a person: what is wrong, where, and how to mend it. It never quotes message bodies,
/// tokens or passwords.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string detail;
  std::optional<Milliseconds> retry_after;

  friend bool operator==(const Error&, const Error&) = default;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return require(), *std::get_if<0>(&state_); }
  const T& value() const& { return require(), *std::get_if<0>(&state_); }
  T&& value() && { return require(), std::move(*std::get_if<0>(&state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

 private:
  void require() const {
    if (!ok()) throw std::logic_error("value of a refused result: " + std::get<1>(state_).detail);
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_.value(); }

 private:
  std::optional<Error> error_;
};

inline Error bad_request(std::string detail) { return {ErrorCode::bad_request, std::move(detail), {}}; }
inline Error not_found(std::string detail) { return {ErrorCode::not_found, std::move(detail), {}}; }
inline Error forbidden(std::string detail) { return {ErrorCode::forbidden, std::move(detail), {}}; }

}  // namespace inboxd
