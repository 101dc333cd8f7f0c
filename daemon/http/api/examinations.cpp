#include "daemon/http/api/examinations.hpp"

#include "daemon/http/api/arguments.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::http {
namespace {

using connectors::SelfMessages;

void put(JsonWriter& writer, const connectors::Examined& examined) {
  writer.begin_object();
  writer.key("what");
  writer.string(examined.what);
  writer.key("state");
  writer.word(examined.finding.state);
  writer.key("code");
  writer.string(examined.finding.code);
  writer.key("detail");
  writer.string(examined.finding.detail);
  writer.key("account");
  writer.string(examined.finding.account);
  writer.end_object();
}

Response show(const Result<ingest::ExaminationState>& state) {
  if (!state) return problem(state.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("state");
  writer.string(state->step == ingest::ExaminationStep::looking ? "looking" : "done");
  writer.key("examined");
  writer.begin_array();
  for (const auto& examined : state->examined) put(writer, examined);
  writer.end_array();
  writer.end_object();
  return json(200, std::move(text));
}

}  // namespace

void add_examination_routes(Router& router, ingest::Examinations& examinations) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", "/admin/examinations", options, [&examinations](const Request& request, const Responder& respond) {
    const auto body = parse_object(request.body);
    if (!body) return respond(problem(body.error()));
    Arguments arguments(*body);
    const auto inbox = arguments.text("inbox");
    const auto messages = arguments.flag("send") ? SelfMessages::send : SelfMessages::none;
    if (auto fine = arguments.outcome(); !fine) return respond(problem(fine.error()));
    if (auto begun = examinations.begin(inbox, messages); !begun) return respond(problem(begun.error()));
    respond(show(examinations.state()));
  });
  router.add("GET", "/admin/examinations", options,
             [&examinations](const Request&, const Responder& respond) { respond(show(examinations.state())); });
}

}  // namespace inboxd::http
