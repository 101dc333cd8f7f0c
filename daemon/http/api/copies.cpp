#include "daemon/http/api/copies.hpp"

#include "daemon/http/api/arguments.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::http {
namespace {

Response show(const CopyState& state) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("state");
  writer.string(word_of(state.step));
  writer.key("folder");
  writer.string(state.folder);
  writer.key("bytes_done");
  writer.number(state.bytes_done);
  writer.key("bytes_total");
  writer.number(state.bytes_total);
  writer.key("why");
  writer.string(state.why);
  writer.end_object();
  return json(200, std::move(text));
}

}  // namespace

std::string_view word_of(CopyStep step) {
  switch (step) {
    case CopyStep::none:
      return "none";
    case CopyStep::copying:
      return "copying";
    case CopyStep::ready:
      return "ready";
    case CopyStep::failed:
      return "failed";
  }
  return "none";
}

void add_copy_routes(Router& router, CopySource& source) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", "/admin/copies", options, [&source](const Request& request, const Responder& respond) {
    const auto body = parse_object(request.body);
    if (!body) return respond(problem(body.error()));
    Arguments arguments(*body);
    const auto folder = arguments.text("folder");
    if (auto fine = arguments.outcome(); !fine) return respond(problem(fine.error()));
    if (auto begun = source.begin(folder); !begun) return respond(problem(begun.error()));
    respond(show(source.state()));
  });
  router.add("GET", "/admin/copies", options,
             [&source](const Request&, const Responder& respond) { respond(show(source.state())); });
}

}  // namespace inboxd::http
