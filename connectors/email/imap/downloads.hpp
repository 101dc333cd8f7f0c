// The messages whose bodies are under way: asked for several at a time, taken in the order of UIDs only, no more than
// a window of them before the host has stored the earlier ones. Used by the mailbox session; sends nothing itself.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "connectors/email/imap/backlog.hpp"

namespace inboxd::connectors::email::imap {

/// Of the headers of a message that is not fetched whole.
constexpr std::uint64_t header_bytes_max = std::uint64_t{1} << 20U;

class Downloads {
 public:
  explicit Downloads(std::uint64_t original_bytes_max) : original_bytes_max_(original_bytes_max) {}

  [[nodiscard]] bool room_for(const Message& message) const;
  void ask(std::string tag, const Message& message);
  [[nodiscard]] bool empty() const { return asked_.empty(); }
  /// Asked for, and its body has not come.
  [[nodiscard]] bool awaits(std::uint32_t uid) const;
  /// The one whose body comes next in order.
  [[nodiscard]] std::optional<Message> next_message() const;

  /// A body begins: true when its bytes are the next original's. Bodies out of order are asked for again.
  bool begin(std::optional<std::uint32_t> uid, std::uint64_t size);
  [[nodiscard]] bool under_way() const { return under_way_; }
  /// The response with the body ended: the message that is whole, nothing when it was another than was thought.
  std::optional<Message> end(std::optional<std::uint32_t> uid);

  /// The server says that it has nothing of this message.
  void denied(std::uint32_t uid);

  enum class Outcome { settled, ask_again, refused };
  struct Answer {
    Outcome outcome = Outcome::settled;
    Message message;
  };
  /// The command of `tag` is answered.
  Answer answered(const std::string& tag, bool accepted);
  void asked_again(const std::string& old_tag, std::string tag);

  /// Something was given to the host that it will answer with committed().
  void given(std::uint64_t bytes);
  void committed();

 private:
  struct Asked {
    std::string tag;
    Message message;
    bool delivered = false;
    bool again = false;
    bool denied = false;
  };
  [[nodiscard]] std::uint64_t cost(const Message& message) const;
  /// The one whose body comes next in order; null when all were delivered.
  Asked* next();

  std::uint64_t original_bytes_max_;
  std::deque<Asked> asked_;
  bool under_way_ = false;
  std::uint64_t asked_bytes_ = 0;  // of those not delivered
  std::deque<std::uint64_t> given_;
  std::uint64_t given_bytes_ = 0;
};

}  // namespace inboxd::connectors::email::imap
