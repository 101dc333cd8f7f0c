#include "daemon/http/api/imports.hpp"

#include <charconv>

#include "daemon/http/api/arguments.hpp"
#include "daemon/http/api/list.hpp"
#include "schemas/json/writer.hpp"

namespace inboxd::http {
namespace {

void put(JsonWriter& writer, const core::HistoryTally& tally) {
  writer.key("imported");
  writer.number(tally.imported);
  writer.key("repeated");
  writer.number(tally.repeated);
  writer.key("unreadable");
  writer.number(tally.unreadable);
}

Response show(const ingest::ImportPlace& place) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("position");
  writer.number(place.position);
  put(writer, place.tally);
  writer.end_object();
  return json(200, std::move(text));
}

std::string_view word_of(ingest::FolderImportStep step) {
  switch (step) {
    case ingest::FolderImportStep::reading:
      return "reading";
    case ingest::FolderImportStep::done:
      return "done";
    case ingest::FolderImportStep::failed:
      return "failed";
  }
  return "failed";
}

Response show(const Result<ingest::FolderImportState>& state) {
  if (!state) return problem(state.error());
  std::string text;
  JsonWriter writer(text);
  writer.begin_object();
  writer.key("state");
  writer.string(word_of(state->step));
  writer.key("stored");
  writer.number(state->stored);
  writer.key("expected");
  writer.number(state->expected);
  put(writer, state->tally);
  writer.key("note");
  writer.string(state->note);
  writer.key("code");
  writer.string(state->why ? enum_name(state->why->code) : "");
  writer.key("why");
  writer.string(state->why ? state->why->detail : "");
  writer.end_object();
  return json(200, std::move(text));
}

/// A customer's history waits for nobody: snoozed is no state for it.
Result<ConversationStatus> status_of(const std::string& word) {
  const auto status = parse_enum<ConversationStatus>(word);
  if (!status || *status == ConversationStatus::snoozed)
    return bad_request("`status` takes open, pending, resolved or closed");
  return *status;
}

/// "120,4500"; nothing where one is no number.
std::optional<std::vector<std::uint64_t>> numbers_of(const std::string& text) {
  std::vector<std::uint64_t> numbers;
  for (const auto* at = text.data(); at != text.data() + text.size();) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), number);
    if (error != std::errc() || numbers.size() >= ingest::portion_originals_max) return std::nullopt;
    numbers.push_back(number);
    at = end;
    if (at != text.data() + text.size() && *at++ != ',') return std::nullopt;
  }
  return numbers;
}

/// What all requests about a file say in their query.
Result<ingest::FilePortion> portion_of(const Query& query) {
  ingest::FilePortion portion;
  portion.inbox = query.find("inbox").value_or("");
  portion.source = query.find("source").value_or("");
  constexpr std::size_t source_bytes_max = 200;
  if (portion.inbox.empty() || portion.source.empty() || portion.source.size() > source_bytes_max)
    return bad_request("`inbox` and `source` are needed");
  const auto status = status_of(query.find("status").value_or("closed"));
  if (!status) return status.error();
  portion.status = *status;
  const auto position = numbers_of(query.find("position").value_or(""));
  if (position && position->size() == 1) portion.position = static_cast<std::int64_t>(position->front());
  return portion;
}

std::optional<Timestamp> arrived_at(std::uint64_t unix_ms) {
  if (unix_ms == 0 || unix_ms > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
  return from_unix_ms(static_cast<std::int64_t>(unix_ms));
}

/// `sizes` divide the body; `arrived` says, where the original does not, when it came: Unix milliseconds, or 0.
Result<std::vector<ingest::FileOriginal>> originals_of(const Query& query, const std::string& body) {
  const auto sizes = numbers_of(query.find("sizes").value_or(""));
  const auto arrived = numbers_of(query.find("arrived").value_or(""));
  if (!sizes || !arrived || sizes->size() != arrived->size())
    return bad_request("`sizes` and `arrived` take as many numbers as there are originals");
  std::vector<ingest::FileOriginal> originals;
  std::uint64_t at = 0;
  for (std::size_t i = 0; i < sizes->size(); ++i) {
    if ((*sizes)[i] > body.size() - at) return bad_request("`sizes` come to more than the body");
    ingest::FileOriginal original;
    original.bytes = body.substr(at, (*sizes)[i]);
    original.arrived_at = arrived_at((*arrived)[i]);
    at += (*sizes)[i];
    originals.push_back(std::move(original));
  }
  if (at != body.size()) return bad_request("`sizes` come to less than the body");
  return originals;
}

std::function<void(Result<ingest::ImportPlace>)> answer_to(Responder respond) {
  return [respond = std::move(respond)](Result<ingest::ImportPlace> place) {
    respond(place ? show(*place) : problem(place.error()));
  };
}

void take(ingest::FileImport& files, const Request& request, const Responder& respond) {
  const Query query(request.query);
  auto portion = portion_of(query);
  if (!portion) return respond(problem(portion.error()));
  if (request.blob) {
    const auto arrived = numbers_of(query.find("arrived").value_or(""));
    ingest::FileOriginal original;
    original.blob = request.blob;
    if (query.find("only_header")) original.extent = connectors::FileOriginal::only_header;
    if (arrived && arrived->size() == 1) original.arrived_at = arrived_at(arrived->front());
    portion->originals.push_back(std::move(original));
  } else {
    auto originals = originals_of(query, request.body);
    if (!originals) return respond(problem(originals.error()));
    portion->originals = std::move(originals).value();
  }
  files.take(std::move(portion).value(), answer_to(respond));
}

void add_file_routes(Router& router, ingest::FileImport& files) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("GET", "/admin/imports/file", options, [&files](const Request& request, const Responder& respond) {
    const auto portion = portion_of(Query(request.query));
    if (!portion) return respond(problem(portion.error()));
    files.find(portion->inbox, portion->source, answer_to(respond));
  });
  router.add("DELETE", "/admin/imports/file", options, [&files](const Request& request, const Responder& respond) {
    const auto portion = portion_of(Query(request.query));
    if (!portion) return respond(problem(portion.error()));
    files.forget(portion->inbox, portion->source, answer_to(respond));
  });
  options.body_max = import_portion_bytes_max;
  router.add("POST", "/admin/imports/file", options,
             [&files](const Request& request, const Responder& respond) { take(files, request, respond); });
  options.body = BodyMode::blob;
  options.body_max = import_large_bytes_max;
  router.add("POST", "/admin/imports/file/large", options,
             [&files](const Request& request, const Responder& respond) { take(files, request, respond); });
}

Result<ingest::FolderImportOrder> order_of(const boost::json::object& body) {
  Arguments arguments(body);
  ingest::FolderImportOrder order;
  order.inbox = arguments.text("inbox");
  order.folders = arguments.texts("folders");
  if (const auto since = arguments.nullable_time("since")) order.since = *since;
  const auto word = arguments.text_or_empty("status");
  if (auto fine = arguments.outcome(); !fine) return fine.error();
  const auto status = status_of(word.empty() ? "closed" : word);
  if (!status) return status.error();
  order.status = *status;
  constexpr std::size_t folders_max = 50;
  if (order.folders.size() > folders_max) return bad_request("more than 50 folders; import them one after another");
  return order;
}

void add_folder_routes(Router& router, ingest::FolderImport& folders) {
  RouteOptions options;
  options.listener = Listener::admin;
  router.add("POST", "/admin/imports/folders", options, [&folders](const Request& request, const Responder& respond) {
    const auto body = parse_object(request.body);
    if (!body) return respond(problem(body.error()));
    auto order = order_of(*body);
    if (!order) return respond(problem(order.error()));
    if (auto begun = folders.begin(std::move(order).value()); !begun) return respond(problem(begun.error()));
    respond(show(folders.state()));
  });
  router.add("GET", "/admin/imports/folders", options,
             [&folders](const Request&, const Responder& respond) { respond(show(folders.state())); });
}

}  // namespace

void add_import_routes(Router& router, ImportRoutes imports) {
  add_file_routes(router, imports.files);
  add_folder_routes(router, imports.folders);
}

}  // namespace inboxd::http
