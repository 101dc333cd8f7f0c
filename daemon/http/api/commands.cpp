#include "daemon/http/api/commands.hpp"

#include <array>

#include "daemon/clock/signing.hpp"
#include "daemon/core/contacts/change.hpp"
#include "daemon/core/conversations/change.hpp"
#include "daemon/core/messages/move.hpp"
#include "daemon/core/messages/reply.hpp"
#include "daemon/core/messages/settle_by_hand.hpp"
#include "daemon/http/api/arguments.hpp"

namespace inboxd::http {
namespace {

using core::AgentCommand;
using core::Context;
using core::Outcome;
using Surroundings = CommandSurroundings;
using Parser = AgentCommand (*)(Arguments&, const Surroundings&);

/// The surroundings of a reply, kept alive by the command that holds them.
template <class Command, class Run>
AgentCommand with_channels(Command command, const Surroundings& surroundings, Run run) {
  return [command = std::move(command), channels = surroundings.channels, epoch = surroundings.epoch, run](
             Context& context, const Agent& principal) {
    return run(context, principal, command, {*channels, epoch});
  };
}

AgentCommand send_message(Arguments& arguments, const Surroundings& surroundings) {
  core::SendMessage command;
  command.conversation = arguments.id<ConversationId>("conversation");
  command.text = arguments.text_or_empty("text");
  command.html = arguments.text_or_empty("html");
  command.note = arguments.flag("note");
  command.attachments = arguments.ids<AttachmentId>("attachments");
  command.reply_to = arguments.optional_id<MessageId>("reply_to");
  command.message_template = arguments.message_template("template");
  command.if_seen = arguments.cursor("if_seen");
  command.recipients = {arguments.optional_texts("to").value_or(std::vector<std::string>{}),
                        arguments.optional_texts("cc").value_or(std::vector<std::string>{}),
                        arguments.optional_texts("bcc").value_or(std::vector<std::string>{})};
  return with_channels(std::move(command), surroundings, core::send_message);
}

AgentCommand start_conversation(Arguments& arguments, const Surroundings& surroundings) {
  core::StartConversation command;
  command.inbox = arguments.text("inbox");
  command.to = arguments.text("to");
  command.text = arguments.text_or_empty("text");
  command.subject = arguments.text_or_empty("subject");
  command.copies.cc = arguments.optional_texts("cc").value_or(std::vector<std::string>{});
  command.copies.bcc = arguments.optional_texts("bcc").value_or(std::vector<std::string>{});
  command.message_template = arguments.message_template("template");
  return with_channels(std::move(command), surroundings, core::start_conversation);
}

AgentCommand edit_message(Arguments& arguments, const Surroundings& surroundings) {
  core::EditMessage command{arguments.id<MessageId>("message"), arguments.text("text"),
                            arguments.text_or_empty("html")};
  return with_channels(std::move(command), surroundings, core::edit_message);
}

AgentCommand delete_message(Arguments& arguments, const Surroundings& surroundings) {
  return with_channels(arguments.id<MessageId>("message"), surroundings, core::delete_message);
}

AgentCommand react_to_message(Arguments& arguments, const Surroundings& surroundings) {
  core::ReactToMessage command{arguments.id<MessageId>("message"), arguments.text_or_empty("emoji")};
  return with_channels(std::move(command), surroundings, core::react_to_message);
}

AgentCommand retry_message(Arguments& arguments, const Surroundings&) {
  const auto message = arguments.id<MessageId>("message");
  const auto duplicates = arguments.flag("accept_duplicate") ? core::Duplicates::accept : core::Duplicates::refuse;
  return [message, duplicates](Context& context, const Agent& principal) {
    return core::retry_message(context, principal, message, duplicates);
  };
}

AgentCommand resolve_message(Arguments& arguments, const Surroundings&) {
  const auto message = arguments.id<MessageId>("message");
  const auto as = arguments.text("as");
  return [message, as](Context& context, const Agent& principal) -> Result<Outcome> {
    if (as != "sent" && as != "failed") return bad_request("`as` takes \"sent\" or \"failed\"");
    return core::resolve_message(context, principal, message,
                                 as == "sent" ? core::ResolveAs::sent : core::ResolveAs::failed);
  };
}

AgentCommand move_message(Arguments& arguments, const Surroundings& surroundings) {
  const core::MoveMessage command{arguments.id<MessageId>("message"),
                                  arguments.optional_id<ConversationId>("conversation")};
  return [command, channels = surroundings.channels](Context& context, const Agent& principal) {
    return core::move_message(context, principal, command, *channels);
  };
}

AgentCommand change_conversation(Arguments& arguments, const Surroundings& surroundings) {
  core::ChangeConversation command;
  command.conversation = arguments.id<ConversationId>("conversation");
  command.status = arguments.word<ConversationStatus>("status");
  command.priority = arguments.word<Priority>("priority");
  command.category = arguments.nullable_text("category");
  command.subject = arguments.optional_text("subject");
  command.assignee = arguments.nullable_id<AgentId>("assignee");
  command.team = arguments.nullable_id<TeamId>("team");
  command.tags = arguments.optional_texts("tags");
  command.language = arguments.nullable_text("language");
  command.snoozed_until = arguments.nullable_time("snoozed_until");
  command.if_version = arguments.integer("if_version");
  return [command, close_after = surroundings.close_after](Context& context, const Agent& principal) {
    return core::change_conversation(context, principal, command, close_after);
  };
}

AgentCommand read_conversation(Arguments& arguments, const Surroundings&) {
  const auto conversation = arguments.id<ConversationId>("conversation");
  return [conversation](Context& context, const Agent& principal) {
    return core::read_conversation(context, principal, conversation);
  };
}

AgentCommand change_contact(Arguments& arguments, const Surroundings&) {
  core::ChangeContact command;
  command.contact = arguments.id<ContactId>("contact");
  command.name = arguments.optional_text("name");
  command.tier = arguments.nullable_text("tier");
  command.language = arguments.nullable_text("language");
  command.attributes = arguments.text_map("attributes");
  command.if_version = arguments.integer("if_version");
  return
      [command](Context& context, const Agent& principal) { return core::change_contact(context, principal, command); };
}

AgentCommand merge_contacts(Arguments& arguments, const Surroundings&) {
  const core::MergeContacts command{arguments.id<ContactId>("contact"), arguments.id<ContactId>("from")};
  return
      [command](Context& context, const Agent& principal) { return core::merge_contacts(context, principal, command); };
}

AgentCommand split_contact(Arguments& arguments, const Surroundings&) {
  const core::SplitContact command{arguments.id<ContactId>("contact"), arguments.ids<IdentityId>("identities")};
  return
      [command](Context& context, const Agent& principal) { return core::split_contact(context, principal, command); };
}

struct NamedParser {
  std::string_view name;
  Parser parse;
};

constexpr std::array parsers{
    NamedParser{"message.send", send_message},
    NamedParser{"message.edit", edit_message},
    NamedParser{"message.delete", delete_message},
    NamedParser{"message.react", react_to_message},
    NamedParser{"message.retry", retry_message},
    NamedParser{"message.resolve", resolve_message},
    NamedParser{"message.move", move_message},
    NamedParser{"conversation.start", start_conversation},
    NamedParser{"conversation.update", change_conversation},
    NamedParser{"conversation.read", read_conversation},
    NamedParser{"contact.update", change_contact},
    NamedParser{"contact.merge", merge_contacts},
    NamedParser{"contact.split", split_contact},
};

}  // namespace

Result<ParsedCommand> parse_command(std::string_view name, const boost::json::object& fields,
                                    const CommandSurroundings& surroundings) {
  for (const auto& parser : parsers) {
    if (parser.name != name) continue;
    Arguments arguments(fields);
    auto run = parser.parse(arguments, surroundings);
    if (auto fine = arguments.outcome(); !fine) return fine.error();
    return ParsedCommand{parser.name, sha256(std::string(name) + '\n' + canonical_text(fields)), std::move(run)};
  }
  return bad_request("there is no command \"" + std::string(name.substr(0, 64)) + '"');
}

}  // namespace inboxd::http
