// What really happened outside the daemon: what customers said and which of it was acknowledged, which replies agents
// were promised and which copies of them the providers hold. Every claim that the store makes is held against it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "schemas/types/message.hpp"
#include "storage/store.hpp"
#include "tests/simulation/dialect.hpp"

namespace inboxd::simulation {

/// One message of ours as a provider holds it.
struct Copy {
  std::string text;
  bool failed = false;  // taken, and reported as failed later
};

struct Reply {
  std::string tag;        // the first word of its text up to the dot; every word is a part of it
  std::size_t words = 1;  // how many
  MessageId message;      // once it is stored
  ConversationId conversation;
  int stored = 0;
  bool promised = false;  // a client was told "ok"
  bool refused = false;   // … or that it was not carried out
  bool in_doubt = false;  // an answer was lost, garbled, or a crash came while it was being sent
  bool by_hand = false;   // a person said how it ended, or tried it again
  int duplicates_accepted = 0;
  std::vector<Copy> copies;
};

struct CustomerMessage {
  InboxId inbox;
  std::string external_id;
  std::set<std::string> texts;  // the first and every edit
  bool acknowledged = false;
  std::int64_t edits_until = 0;  // unix seconds of the newest edit that must show
  bool deleted = false;          // … and whether its deletion must
};

class Truth {
 public:
  using Key = std::pair<InboxId, std::string>;
  CustomerMessage& said(InboxId inbox, const std::string& external_id) {
    auto& message = customers_[{inbox, external_id}];
    message.inbox = inbox;
    message.external_id = external_id;
    return message;
  }
  /// The provider was told "received": it must be there now.
  void acknowledged(const storage::Tables& tables, InboxId inbox, const std::string& external_id);

  Reply& new_reply(std::size_t words);
  Reply* reply_of(const std::string& text);
  Reply* reply_of(MessageId message);
  /// A provider has taken this text, in this moment.
  void arrived(const std::string& text, bool will_fail);
  void in_doubt(const std::string& text);

  /// Right after the commit that changed or made it.
  void check(const Message& message);
  /// Everything that is stored, against everything that is known.
  void audit(const storage::Tables& tables) const;

  [[nodiscard]] const std::vector<MessageId>& reply_messages() const { return reply_messages_; }
  [[nodiscard]] std::size_t acknowledged_count() const { return acknowledged_; }
  [[nodiscard]] const std::map<std::string, Reply>& replies() const { return replies_; }
  [[nodiscard]] std::size_t copies() const { return copies_; }

 private:
  void check_order(const Reply& reply);
  void note_stored(const Message& message, Reply& reply);
  static void check_state(const Message& message, const Reply& reply);
  void audit_customers(const storage::Tables& tables) const;

  std::map<Key, CustomerMessage> customers_;
  std::map<std::string, Reply> replies_;
  std::map<MessageId, std::string> tags_;
  std::map<ConversationId, MessageId> last_arrived_;
  std::vector<MessageId> reply_messages_;
  std::size_t acknowledged_ = 0;
  std::size_t copies_ = 0;
  std::int64_t next_reply_ = 1;
};

}  // namespace inboxd::simulation
