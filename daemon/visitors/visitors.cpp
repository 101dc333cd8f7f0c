// Each request: limits first, then one command or one read, then the answer.
#include "daemon/visitors/visitors.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/core/visitors/say.hpp"
#include "daemon/visitors/content_type.hpp"

namespace inboxd::visitors {
namespace {

constexpr std::chrono::minutes minute{1};
constexpr std::chrono::hours hour{1};
constexpr std::int64_t visitors_behind_address = 10;  // as many times one visitor's allowance
constexpr std::size_t file_name_bytes_max = 255;

core::Context context_of(command_bus::Workspace& workspace, std::string_view cause) {
  return {workspace.tables, workspace.now, {ActorKind::system, 0}, cause};
}

Allowance per_address(Allowance allowance) {
  allowance.most *= visitors_behind_address;
  return allowance;
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
  // One who comes back is cheap; whoever claims to is counted like anybody until the store knows the token.
  const Allowance allowance{rules.limits.visitors_per_hour_max, hour};
  const auto& kind = request.visitor_token.empty() ? "new" : "back";
  if (auto free = take(kind, request.address, request.visitor_token.empty() ? allowance : per_address(allowance));
      !free)
    return done(free.error());
  if (!request.visitor_token.empty()) command.token_hash = hash_visitor_token(request.visitor_token);
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
      lifetime_.guard([this, done = std::move(done), given = request.visitor_token, fresh_token,
                       asks = !rules.fields.empty()](Result<Opened> opened) {
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
  return Caller{session->inbox, session->visitor, address};
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
  if (auto free = take("say", caller.address, per_address(allowance)); !free) return done(free.error());
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

Result<void> Visitors::take_upload(const Caller& caller, const connectors::VisitorLimits& limits) {
  const Allowance allowance{limits.uploads_per_hour_max, hour};
  if (auto free = take("upload", to_string(caller.visitor), allowance); !free) return free;
  return take("upload", caller.address, per_address(allowance));
}

namespace {

Result<void> check_upload_size(const connectors::VisitorLimits& limits, std::uint64_t bytes) {
  if (limits.upload_bytes_max == 0) return forbidden("this chat takes no files");
  if (bytes > limits.upload_bytes_max)
    return Error{
        ErrorCode::payload_too_large, "a file has at most " + std::to_string(limits.upload_bytes_max) + " bytes", {}};
  return {};
}

/// Who may upload that many bytes now.
Result<void> check_quota(const storage::Tables& tables, const connectors::VisitorRules& rules, const Caller& caller,
                         std::uint64_t bytes, Timestamp now) {
  const auto visitor = core::visiting(tables, rules, caller.inbox, caller.visitor);
  if (!visitor) return visitor.error();
  const auto today = tables.visitors().uploads_since(caller.visitor, now - upload_day);
  if (static_cast<std::uint64_t>(today.bytes) + bytes > rules.limits.upload_bytes_per_day_max)
    return Error{ErrorCode::rate_limited, "that is more than a visitor may send within a day", Milliseconds{hour}};
  return {};
}

}  // namespace

void Visitors::admit_upload(const Caller& caller, std::uint64_t bytes, Done<bool> done) {
  const auto now_rules = rules(caller.inbox);
  if (auto fits = check_upload_size(now_rules.limits, bytes); !fits) return done(fits.error());
  if (auto free = take_upload(caller, now_rules.limits); !free) return done(free.error());
  with_.readers.read<bool>(
      [now_rules, caller, bytes, now = with_.clock.now()](const command_bus::ReadSources& sources) -> Result<bool> {
        if (auto free = check_quota(sources.tables, now_rules, caller, bytes, now); !free) return free.error();
        return true;
      },
      std::move(done));
}

void Visitors::upload(const Caller& caller, UploadedFile file, Done<Attachment> done) {
  const auto now_rules = rules(caller.inbox);
  if (auto fits = check_upload_size(now_rules.limits, file.blob.size); !fits) return done(fits.error());
  const auto hash = file.blob.hash;  // a copy: which of the two calls below is made ready first, nobody says
  // The file is looked at where the disk may be waited for.
  with_.readers.read<std::string>(
      [&blobs = with_.blobs, hash](const command_bus::ReadSources&) -> Result<std::string> {
        const auto reader = blobs.open(hash);
        if (!reader) return Error{ErrorCode::internal, "the file is not there", {}};
        std::array<char, sniffed_bytes_max> head{};
        const auto size = reader->read(head);
        if (!size) return size.error();
        return sniff_content_type({head.data(), *size});
      },
      lifetime_.guard([this, caller, file = std::move(file), types = now_rules.upload_types,
                       done = std::move(done)](Result<std::string> mime) {
        if (!mime) return done(mime.error());
        if (std::find(types.begin(), types.end(), *mime) == types.end())
          return done(bad_request("files of this kind (" + *mime + ") are not taken here"));
        keep_upload(caller, file, *mime, done);
      }));
}

void Visitors::keep_upload(const Caller& caller, const UploadedFile& file, const std::string& mime,
                           Done<Attachment> done) {
  with_.bus.submit<Attachment>(
      [caller, file, mime, rules = rules(caller.inbox)](command_bus::Workspace& workspace) -> Result<Attachment> {
        if (auto free = check_quota(workspace.tables, rules, caller, file.blob.size, workspace.now); !free)
          return free.error();
        storage::AttachmentRow row;
        row.attachment.name = std::string(cut_utf8(file.name, file_name_bytes_max));
        row.attachment.mime = mime;
        row.attachment.size = file.blob.size;
        row.attachment.state = AttachmentState::ready;
        row.blob_hash = file.blob.hash;
        row.inbox = caller.inbox;
        row.created_at = workspace.now;
        row.attachment.id = workspace.tables.attachments().insert(row);
        workspace.tables.visitors().add_upload(caller.visitor, row.attachment.id, file.blob.size, workspace.now);
        return row.attachment;
      },
      std::move(done));
}

bool Visitors::address_full(InboxId inbox, const std::string& address) const {
  return by_address_.full(address, rules(inbox).limits.sockets_per_address_max);
}

bool Visitors::enter_address(InboxId inbox, const std::string& address) {
  return by_address_.enter(address, rules(inbox).limits.sockets_per_address_max);
}

bool Visitors::enter_visitor(const Caller& caller) {
  return by_visitor_.enter(to_string(caller.visitor), rules(caller.inbox).limits.sockets_per_visitor_max);
}

}  // namespace inboxd::visitors
