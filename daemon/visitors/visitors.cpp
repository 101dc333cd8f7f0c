// Each request: limits first, then one command or one read, then the answer.
#include "daemon/visitors/visitors.hpp"

#include <utility>

#include "daemon/core/visitors/say.hpp"

namespace inboxd::visitors {
namespace {

constexpr std::chrono::minutes minute{1};
constexpr std::chrono::hours hour{1};

core::Context context_of(command_bus::Workspace& workspace, std::string_view cause) {
  return {workspace.tables, workspace.now, {ActorKind::system, 0}, cause};
}

}  // namespace

Visitors::Visitors(Surroundings surroundings)
    : with_(std::move(surroundings)),
      tokens_(with_.random),
      followers_(with_.readers, with_.channels, with_.random, with_.head) {}

Result<Entrance> Visitors::entrance(std::string_view inbox_name) const {
  return find_entrance(with_.channels(), inbox_name);
}

connectors::VisitorRules Visitors::rules(InboxId inbox) const {
  const auto channels = with_.channels();
  const auto* found = dynamic_cast<const connectors::ServesVisitors*>(channels->find(inbox));
  if (found != nullptr) return found->visitor_rules();
  // Removed from the config meanwhile: nobody is anybody here any more.
  connectors::VisitorRules nobody;
  nobody.identity_required = true;
  return nobody;
}

Result<void> Visitors::take(const std::string& what, const std::string& who, const Allowance& allowance) {
  const auto wait = buckets_.take(what + ' ' + who, allowance, with_.clock.steady_now());
  if (wait.count() == 0) return {};
  return Error{ErrorCode::rate_limited, "too much at once; wait a while", wait};
}

struct Visitors::Opened {
  core::Visit visit;
  ChatNews chat;
  std::int64_t unread = 0;
};

void Visitors::open_session(const Entrance& entrance, const SessionRequest& request, Done<SessionAnswer> done) {
  const auto& rules = entrance.rules();
  core::OpenVisit command;
  command.inbox = entrance.inbox();
  command.language = request.language;
  if (request.proof.given()) {
    auto person = entrance.serving->check_identity(request.proof, entrance.channel->name, with_.clock.now());
    if (!person) return done(person.error());
    command.person = std::move(person).value();
  }
  if (!request.visitor_token.empty()) command.token_hash = hash_visitor_token(request.visitor_token);
  admit_visitor(
      command, network_of(request.address), {rules.limits.visitors_per_hour_max, hour},
      [this, rules, command, given = request.visitor_token, done = std::move(done)](const Result<bool>& fine) {
        if (!fine) return done(fine.error());
        open_visit(rules, command, given, done);
      });
}

/// Whoever claims to come back is cheap to look up, and counted like anybody new when the store does not know them.
void Visitors::admit_visitor(const core::OpenVisit& command, const std::string& network, const Allowance& allowance,
                             Done<bool> done) {
  const auto take_new = [this, network, allowance]() -> Result<bool> {
    if (auto free = take("new", network, allowance); !free) return free.error();
    return true;
  };
  if (command.token_hash.empty()) return done(take_new());
  if (auto free = take("back", network, per_address(allowance)); !free) return done(free.error());
  with_.readers.read<bool>(
      [inbox = command.inbox, hash = command.token_hash](const command_bus::ReadSources& sources) -> Result<bool> {
        const auto visitor = sources.tables.visitors().find_by_token(inbox, hash);
        return visitor && !visitor->ended_at;
      },
      lifetime_.guard([take_new, done = std::move(done)](const Result<bool>& known) {
        done(known && !*known ? take_new() : known);
      }));
}

void Visitors::open_visit(const connectors::VisitorRules& rules, core::OpenVisit command, const std::string& given,
                          Done<SessionAnswer> done) {
  const auto fresh_token = make_visitor_token(with_.random);
  command.fresh_token_hash = hash_visitor_token(fresh_token);
  command.fresh_handle = make_visitor_handle(with_.random);
  with_.bus.submit<Opened>(
      [command, rules](command_bus::Workspace& workspace) -> Result<Opened> {
        auto context = context_of(workspace, "visitor.open_session");
        auto visit = core::open_visit(context, rules, command);
        if (!visit) return visit.error();
        Opened opened{std::move(visit).value(), {}, 0};
        auto chat = read_news(workspace.tables, {rules, command.inbox, opened.visit.visitor.id}, {});
        if (!chat) return chat.error();
        opened.chat = std::move(chat).value();
        if (opened.chat.conversation)
          opened.unread =
              workspace.tables.visitors().count_outgoing_after(*opened.chat.conversation, opened.chat.read_seq);
        return opened;
      },
      lifetime_.guard(
          [this, done = std::move(done), given, fresh_token, asks = !rules.fields.empty()](Result<Opened> opened) {
            if (!opened) return done(opened.error());
            const auto& visitor = opened->visit.visitor;
            if (opened->visit.ended) followers_.visitor_ended(*opened->visit.ended);
            followers_.visitor_moved(visitor.id);
            SessionAnswer answer;
            answer.expires_at = with_.clock.now() + session_lives;
            answer.session_token = tokens_.sign({visitor.id, visitor.inbox, answer.expires_at});
            answer.visitor_token = opened->visit.how == core::Arrived::known ? given : fresh_token;
            answer.same_visitor = opened->visit.how != core::Arrived::fresh;
            answer.unread = opened->unread;
            answer.fields_wanted = asks && !visitor.fields_given;
            answer.chat = std::move(opened->chat);
            done(std::move(answer));
          }));
}

Result<Caller> Visitors::caller(const Entrance& entrance, std::string_view session_token,
                                const std::string& address) const {
  const auto session = tokens_.verify(session_token, with_.clock.now());
  if (!session || session->inbox != entrance.inbox())
    return Error{
        ErrorCode::unauthenticated, "the session is not valid any more; open a new one with the visitor's token", {}};
  return Caller{session->inbox, session->visitor, network_of(address)};
}

void Visitors::end_session(const Caller& caller, Done<VisitorId> done) {
  with_.bus.submit<VisitorId>(
      [caller](command_bus::Workspace& workspace) {
        auto context = context_of(workspace, "visitor.end_session");
        return core::end_visit(context, caller.inbox, caller.visitor);
      },
      lifetime_.guard([this, done = std::move(done)](Result<VisitorId> ended) {
        if (ended) followers_.visitor_ended(*ended);
        done(std::move(ended));
      }));
}

void Visitors::say(const Caller& caller, core::VisitorSays message, Done<core::Said> done) {
  const Allowance allowance{rules(caller.inbox).limits.messages_per_minute_max, minute};
  if (auto free = take("say", to_string(caller.visitor), allowance); !free) return done(free.error());
  if (auto free = take("say", caller.network, per_address(allowance)); !free) return done(free.error());
  message.visitor = caller.visitor;
  with_.bus.submit<core::Said>(
      [channels = with_.channels(), inbox = caller.inbox,
       message = std::move(message)](command_bus::Workspace& workspace) {
        auto context = context_of(workspace, "visitor.say");
        return core::visitor_says(context, *channels, inbox, message);
      },
      lifetime_.guard([this, done = std::move(done)](Result<core::Said> said) {
        done(said);
        // Other tabs that do not know the conversation yet; the rest hear of it by the log.
        if (said) followers_.visitor_moved(said->visitor.id);
      }));
}

void Visitors::mark(const Caller& caller, core::ChatMark mark, std::int64_t seq, Done<std::int64_t> done) {
  with_.bus.submit<core::Marked>(
      [rules = rules(caller.inbox), caller, mark, seq](command_bus::Workspace& workspace) -> Result<core::Marked> {
        const auto visitor = core::visiting(workspace.tables, rules, caller.inbox, caller.visitor);
        if (!visitor) return visitor.error();
        auto context = context_of(workspace, mark == core::ChatMark::read ? "visitor.read" : "visitor.receive");
        return core::mark_chat(context, *visitor, mark, seq);
      },
      lifetime_.guard([this, caller, mark, seq, done = std::move(done)](Result<core::Marked> marked) {
        if (!marked) return done(marked.error());
        if (marked->more) return this->mark(caller, mark, seq, done);
        done(marked->seq);
      }));
}

void Visitors::read(const Caller& caller, const ChatPosition& position, Done<ChatNews> done) {
  with_.readers.read<ChatNews>(
      [question = ChatQuestion{rules(caller.inbox), caller.inbox, caller.visitor},
       position](const command_bus::ReadSources& sources) { return read_news(sources.tables, question, position); },
      std::move(done));
}

void Visitors::history(const Caller& caller, std::int64_t before, int limit, Done<std::vector<ShownMessage>> done) {
  with_.readers.read<std::vector<ShownMessage>>(
      [question = ChatQuestion{rules(caller.inbox), caller.inbox, caller.visitor}, before, limit](
          const command_bus::ReadSources& sources) { return read_history(sources.tables, question, before, limit); },
      std::move(done));
}

bool Visitors::address_full(InboxId inbox, const std::string& address) const {
  return by_address_.full(network_of(address), rules(inbox).limits.sockets_per_address_max);
}

bool Visitors::enter_address(InboxId inbox, const std::string& address) {
  return by_address_.enter(network_of(address), rules(inbox).limits.sockets_per_address_max);
}

bool Visitors::enter_visitor(const Caller& caller) {
  return by_visitor_.enter(to_string(caller.visitor), rules(caller.inbox).limits.sockets_per_visitor_max);
}

}  // namespace inboxd::visitors
