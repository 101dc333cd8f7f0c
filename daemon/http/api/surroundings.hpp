// What every resource of the API works with, and the two ways a request is answered: by a read, or by a command.
// Built once in daemon/app; net thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/clock/clock.hpp"
#include "daemon/clock/random.hpp"
#include "daemon/command_bus/bus.hpp"
#include "daemon/command_bus/readers.hpp"
#include "daemon/http/api/commands.hpp"
#include "daemon/http/auth/token.hpp"
#include "daemon/http/message.hpp"
#include "daemon/live/hub.hpp"
#include "storage/blobs.hpp"

namespace inboxd::http {

struct Surroundings {
  command_bus::Bus& bus;
  command_bus::Readers& readers;
  Clock& clock;
  live::Hub& hub;
  storage::Blobs& blobs;
  const MediaLinks& media_links;
  std::function<std::shared_ptr<const core::ChannelDirectory>()> channels;
  std::uint64_t upload_bytes_max = 100U << 20U;
  std::string media_base;  // where /media links begin: media_url, or public_url
  std::function<std::chrono::days(const std::string& inbox)> close_after;
  /// Best effort, towards the customer.
  std::function<void(ConversationId)> tell_read;

  [[nodiscard]] CommandSurroundings for_commands() const { return {channels(), hub.epoch(), close_after}; }
};

/// A read for one agent. The text is the JSON of the answer.
using ReadForAgent = std::function<Result<std::string>(const command_bus::ReadSources&, const Agent&)>;

/// The id in a request's path; what is none is told with one that is. `what`: "conversation".
template <class IdType>
Result<IdType> path_id(const Request& request, std::string_view what) {
  if (const auto id = parse_id<IdType>(request.captures[0])) return *id;
  return not_found("there is no " + std::string(what) + " " + request.captures[0] + ", whose ids are like \"" +
                   to_string(IdType{9}) + "\"");
}

/// Answers 200 with what `read` returns, 401 without a valid token, or the error.
void answer_read(const Surroundings& surroundings, const Request& request, Responder respond, ReadForAgent read);

/// The agent of a token as the store knows it now.
Result<Agent> agent_of_token(const storage::Tables& tables, const std::string& token_hash);

/// Hash of the request's bearer token; refused without one.
Result<std::string> token_hash_of(const Request& request);

struct CommandRequest {
  std::string name;
  boost::json::object arguments;
  int success_status = 200;
  std::function<void(const core::Outcome&)> carried_out;  // after the commit, before the answer
};
/// Parses, carries out once, then answers with the object that the outcome names, as it is now.
void answer_command(const Surroundings& surroundings, const Request& request, Responder respond,
                    CommandRequest command);

using CommandDone = std::function<void(Result<core::Outcome>)>;
/// Carries out a parsed command for whom the token stands; used by REST and the stream alike.
void submit_command(const Surroundings& surroundings, std::string token_hash, std::string idempotency_key,
                    ParsedCommand command, CommandDone done);

/// The public JSON of the object that an outcome names.
Result<std::string> show_object(const command_bus::ReadSources& sources, const Agent& viewer,
                                const core::Outcome& outcome);

}  // namespace inboxd::http
