// What visitors ask of us: a session, a message, a mark, an upload; each held to the inbox's limits, then one command.
// Called by the chat's routes and by open sockets, on the net thread; never by agents.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "daemon/clock/clock.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/core/visitors/chat.hpp"
#include "daemon/core/visitors/say.hpp"
#include "daemon/core/visitors/visit.hpp"
#include "daemon/visitors/entrance.hpp"
#include "daemon/visitors/followers.hpp"
#include "daemon/visitors/frames.hpp"
#include "daemon/visitors/limits.hpp"
#include "daemon/visitors/session_token.hpp"
#include "storage/blobs.hpp"

namespace inboxd::visitors {

inline constexpr std::chrono::hours upload_day{24};
inline constexpr Milliseconds typing_interval{3'000};  // per socket: more often is dropped

struct SessionRequest {
  std::string visitor_token;  // empty: somebody new
  connectors::IdentityProof proof;
  std::string language;
  std::string address;  // the client's
};
struct SessionAnswer {
  std::string session_token;
  Timestamp expires_at;
  std::string visitor_token;
  bool same_visitor = false;  // what the client has of the chat is still theirs
  ChatNews chat;              // without messages
  std::int64_t unread = 0;
  bool fields_wanted = false;
};

/// Who makes a request, as their session token says.
struct Caller {
  InboxId inbox;
  VisitorId visitor;
  std::string network;  // of the client's address, for limits
};

/// A visitor types in a conversation that exists.
struct VisitorTyping {
  InboxId inbox;
  ConversationId conversation;
  ContactId contact;
  bool on = true;
};

struct UploadedFile {
  BlobRef blob;
  std::string name;
};

class Visitors {
 public:
  struct Surroundings {
    CurrentChannels channels;
    command_bus::Bus& bus;
    command_bus::Readers& readers;
    Clock& clock;
    Random& random;
    storage::Blobs& blobs;
    MediaUrl media_url;
    std::function<void(const VisitorTyping&)> typing;
    std::int64_t head = 0;  // of the log, at the start
  };
  template <class T>
  using Done = std::function<void(Result<T>)>;

  explicit Visitors(Surroundings surroundings);

  [[nodiscard]] Result<Entrance> entrance(std::string_view inbox_name) const;
  void open_session(const Entrance& entrance, const SessionRequest& request, Done<SessionAnswer> done);
  /// Who bears the token; refused when it is not ours, has expired, or is for another inbox.
  [[nodiscard]] Result<Caller> caller(const Entrance& entrance, std::string_view session_token,
                                      const std::string& address) const;
  void end_session(const Caller& caller, Done<VisitorId> done);

  void say(const Caller& caller, core::VisitorSays message, Done<core::Said> done);
  void mark(const Caller& caller, core::ChatMark mark, std::int64_t seq, Done<std::int64_t> done);
  void read(const Caller& caller, const ChatPosition& position, Done<ChatNews> done);
  void history(const Caller& caller, std::int64_t before, int limit, Done<std::vector<ShownMessage>> done);

  /// Before the bytes are read: limits, quota, and whether the visitor still is one.
  void admit_upload(const Caller& caller, std::uint64_t bytes, Done<bool> done);
  /// Refused or not, bytes that came count for the day. Those of a refused file are the caller's to leave to
  /// housekeeping.
  void upload(const Caller& caller, UploadedFile file, Done<Attachment> done);

  /// One more open connection of the address, or of the visitor; each is left again.
  [[nodiscard]] bool address_full(InboxId inbox, const std::string& address) const;
  [[nodiscard]] bool enter_address(InboxId inbox, const std::string& address);
  void leave_address(const std::string& address) { by_address_.leave(network_of(address)); }
  [[nodiscard]] bool enter_visitor(const Caller& caller);
  void leave_visitor(const Caller& caller) { by_visitor_.leave(to_string(caller.visitor)); }

  [[nodiscard]] Followers& followers() { return followers_; }
  [[nodiscard]] const Surroundings& surroundings() const { return with_; }

 private:
  struct Opened;

  void admit_visitor(const core::OpenVisit& command, const std::string& network, const Allowance& allowance,
                     Done<bool> done);
  void open_visit(const connectors::VisitorRules& rules, core::OpenVisit command, const std::string& given,
                  Done<SessionAnswer> done);
  [[nodiscard]] connectors::VisitorRules rules(InboxId inbox) const;
  Result<void> take(const std::string& what, const std::string& who, const Allowance& allowance);
  Result<void> take_upload(const Caller& caller, const connectors::VisitorLimits& limits);
  void keep_upload(const Caller& caller, const UploadedFile& file, const std::string& mime, Done<Attachment> done);
  void refuse_upload(const Caller& caller, const UploadedFile& file, const Error& why, const Done<Attachment>& done);

  Surroundings with_;
  SessionTokens tokens_;
  Followers followers_;
  Buckets buckets_;
  OpenCounts by_address_;
  OpenCounts by_visitor_;
  command_bus::Lifetime lifetime_;
};

}  // namespace inboxd::visitors
