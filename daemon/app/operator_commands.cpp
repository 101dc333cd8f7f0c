// `inboxd user`, `token`, `outbox`, `tail` and `status`: requests to whoever has the store, answers on stdout.
#include <iostream>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/app/admin_fields.hpp"
#include "daemon/app/commands.hpp"
#include "daemon/app/operator_request.hpp"

namespace inboxd::app {
namespace {

std::string field_of(const std::string& body, std::string_view name) {
  const auto fields = fields_of(200, body);
  return fields ? text_in(*fields, name) : std::string();
}

/// One value of the answer, alone on stdout, so that scripts can take it.
ExitCode print_field(const OperatorAnswer& answer, std::string_view name) {
  if (answer.exit == ExitCode::ok) std::cout << field_of(answer.body, name) << '\n';
  return answer.exit;
}

std::string text_or_dash(const boost::json::object& row, std::string_view name) {
  const auto text = text_in(row, name);
  return text.empty() ? "-" : text;
}

void print_row(const boost::json::object& row) {
  for (const auto* name : {"id", "state", "inbox", "conversation", "message", "created_at", "reason"})
    std::cout << text_or_dash(row, name) << '\t';
  std::cout << (row.contains("held") && row.at("held").is_bool() && row.at("held").get_bool() ? "held" : "") << '\n';
}

}  // namespace

ExitCode user_add(const std::filesystem::path& config_file, const UserAdd& options) {
  const boost::json::object body{{"email", options.email},
                                 {"role", options.role},
                                 {"inboxes", boost::json::array(options.inboxes.begin(), options.inboxes.end())}};
  return print_field(ask(config_file, {"POST", "/admin/users", boost::json::serialize(body)}), "agent");
}

ExitCode token_create(const std::filesystem::path& config_file, const std::string& email) {
  const boost::json::object body{{"email", email}};
  return print_field(ask(config_file, {"POST", "/admin/tokens", boost::json::serialize(body)}), "token");
}

ExitCode outbox_list(const std::filesystem::path& config_file, const OutboxList& options) {
  std::string after;
  do {
    std::string path = "/admin/outbox?limit=200";
    if (!options.state.empty()) path += "&state=" + options.state;
    if (!after.empty()) path += "&after=" + after;
    const auto answer = ask(config_file, {"GET", path, {}});
    if (answer.exit != ExitCode::ok) return answer.exit;
    const auto body = boost::json::parse(answer.body);
    for (const auto& row : body.at("items").as_array()) print_row(row.as_object());
    after = field_of(answer.body, "next");
  } while (!after.empty());
  return ExitCode::ok;
}

ExitCode outbox_retry(const std::filesystem::path& config_file, const OutboxRetry& options) {
  const boost::json::object body{{"accept_duplicate", options.accept_duplicate}};
  return print_field(ask(config_file, {"POST", "/admin/outbox/" + options.id + "/retry", boost::json::serialize(body)}),
                     "id");
}

ExitCode outbox_cancel(const std::filesystem::path& config_file, const std::string& id) {
  return print_field(ask(config_file, {"POST", "/admin/outbox/" + id + "/cancel", "{}"}), "id");
}

ExitCode outbox_release(const std::filesystem::path& config_file) {
  const auto answer = ask(config_file, {"POST", "/admin/outbox-release", "{}"});
  if (answer.exit == ExitCode::ok) std::cout << answer.body << '\n';
  return answer.exit;
}

ExitCode status(const std::filesystem::path& config_file) {
  const auto answer = ask(config_file, {"GET", "/admin/status", {}});
  if (answer.exit == ExitCode::ok) std::cout << answer.body << '\n';
  return answer.exit;
}

ExitCode tail(const std::filesystem::path& config_file, const Tail& options) {
  std::string since = options.since;
  while (true) {
    const auto answer = ask(config_file, {"GET", since.empty() ? "/admin/events" : "/admin/events?since=" + since, {}});
    if (answer.exit != ExitCode::ok) return answer.exit;
    const auto body = boost::json::parse(answer.body);
    for (const auto& event : body.at("items").as_array()) std::cout << boost::json::serialize(event) << '\n';
    std::cout.flush();
    if (!std::cout) return ExitCode::io_error;
    since = field_of(answer.body, "cursor");
    // Without a daemon nothing more can come.
    if (!answer.from_daemon && body.at("items").as_array().empty()) return ExitCode::ok;
  }
}

}  // namespace inboxd::app
