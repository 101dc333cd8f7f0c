// Every write of the API under one name each, the same for REST and the stream: JSON arguments in, a command out.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "daemon/core/commands/once.hpp"
#include "daemon/core/context.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

/// What commands know besides their arguments.
struct CommandSurroundings {
  std::shared_ptr<const core::ChannelDirectory> channels;
  std::string epoch;
  /// How long a resolved conversation of this inbox stays open to a reply.
  std::function<std::chrono::days(const std::string& inbox)> close_after;
};

struct ParsedCommand {
  std::string_view name;    // of the table: lives as long as the program
  std::string fingerprint;  // over the name and the arguments
  core::AgentCommand run;
};

/// Refused: an unknown name, or arguments that do not fit.
Result<ParsedCommand> parse_command(std::string_view name, const boost::json::object& arguments,
                                    const CommandSurroundings& surroundings);

}  // namespace inboxd::http
