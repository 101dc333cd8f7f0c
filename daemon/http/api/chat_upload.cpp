// POST /chat/{inbox}/upload: a visitor's file. Strangers' bytes, and those of whoever has had enough, are refused
// before the first of them is written to the disk; more than the inbox takes are refused where it is reached.
#include <charconv>
#include <utility>

#include "daemon/http/api/chat.hpp"
#include "daemon/http/api/refused_bytes.hpp"
#include "schemas/json/fields.hpp"

namespace inboxd::http {
namespace {

constexpr std::uint64_t file_bytes_ceiling = 25U << 20U;  // of any inbox's own limit
constexpr std::uint64_t form_bytes_max = 64U << 10U;      // what the form adds around the file

/// The file cannot be larger than the body says; without a word about it, the bytes are counted as they come.
std::uint64_t least_size(const Request& request) {
  const auto text = request.header("content-length");
  std::uint64_t bytes = 0;
  std::from_chars(text.data(), text.data() + text.size(), bytes);
  return bytes > form_bytes_max ? bytes - form_bytes_max : 0;
}

using Decide = std::function<void(Admission)>;

/// A body may come in chunks and never say its length.
std::uint64_t body_max(const ChatSurroundings& surroundings, const Request& request) {
  const auto entrance = surroundings.visitors.entrance(request.captures[0]);
  return entrance ? entrance->rules().limits.upload_bytes_max + form_bytes_max : 0;
}

void admit(const ChatSurroundings& surroundings, const Request& request, const Decide& decide) {
  // The same door as for every request; whoever is let in is asked for no body yet.
  const auto handler = behind_entrance(surroundings, [&surroundings](const ChatRequest& chat, Responder respond) {
    const auto caller = caller_of(surroundings, chat);
    if (!caller) return respond(problem(caller.error()));
    surroundings.visitors.admit_upload(*caller, least_size(chat.request),
                                       [respond = std::move(respond)](const Result<bool>& fine) {
                                         respond(fine ? Response{} : problem(fine.error()));
                                       });
  });
  handler(request, [decide, most = body_max(surroundings, request)](Response response) {
    decide(response.status == 200 ? Admission{{}, most} : Admission{std::move(response)});
  });
}

std::string uploaded_body(const Attachment& attachment, const visitors::MediaUrl& media_url) {
  using json_fields::field;
  std::string body;
  JsonWriter writer(body);
  writer.begin_object();
  field(writer, "id", attachment.id);
  field(writer, "name", attachment.name);
  field(writer, "mime", attachment.mime);
  field(writer, "size", attachment.size);
  field(writer, "state", attachment.state);
  field(writer, "url", media_url(attachment.id));
  writer.end_object();
  return body;
}

void store(const ChatSurroundings& surroundings, const ChatRequest& chat, Responder respond) {
  const auto caller = caller_of(surroundings, chat);
  if (!caller) return respond(problem(caller.error()));
  if (!chat.request.blob) return respond(problem(bad_request("send multipart/form-data with a part named `file`")));
  surroundings.visitors.upload(
      *caller, {*chat.request.blob, std::string(chat.request.header("x-file-name"))},
      [&surroundings, respond = std::move(respond)](const Result<Attachment>& attachment) {
        if (!attachment) return respond(problem(attachment.error()));
        respond(json(201, uploaded_body(*attachment, surroundings.visitors.surroundings().media_url)));
      });
}

}  // namespace

void add_chat_upload_route(Router& router, const ChatSurroundings& surroundings) {
  RouteOptions options{Listener::main, BodyMode::multipart, file_bytes_ceiling + form_bytes_max, {}};
  options.admit = [&surroundings](const Request& request, const Decide& decide) {
    admit(surroundings, request, decide);
  };
  auto take = behind_entrance(surroundings, [&surroundings](const ChatRequest& chat, Responder respond) {
    store(surroundings, chat, std::move(respond));
  });
  router.add("POST", "/chat/{}/upload", std::move(options),
             leaving_refused_bytes(surroundings.visitors.surroundings().bus, std::move(take)));
}

}  // namespace inboxd::http
