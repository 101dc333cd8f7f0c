// /v1/messages: one message, its formatted and raw forms, and what can be done to it.
#include <chrono>

#include "daemon/core/messages/reply.hpp"
#include "daemon/http/api/message_html.hpp"
#include "daemon/http/api/resources.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

/// An image of a letter that stays open longer is asked for again with the letter.
constexpr std::chrono::hours link_lives{1};

/// A text that is not JSON: answered with its own type.
struct Document {
  std::string mime;
  std::string body;
  std::shared_ptr<storage::BlobReader> blob = {};  // in place of the body
};
using ReadDocument = std::function<Result<Document>(const command_bus::ReadSources&, const storage::Blobs&,
                                                    const Message&, const Agent& viewer)>;
struct DocumentForm {
  std::string policy;  // Content-Security-Policy
  ReadDocument read;
};

void answer_document(const Surroundings& surroundings, const Request& request, Responder respond, DocumentForm form) {
  auto hash = token_hash_of(request);
  if (!hash) return respond(problem(hash.error()));
  const auto id = path_id<MessageId>(request, "message");
  surroundings.readers.read<Document>(
      [hash = *hash, id, read = std::move(form.read),
       &blobs = surroundings.blobs](const command_bus::ReadSources& sources) -> Result<Document> {
        const auto agent = agent_of_token(sources.tables, hash);
        if (!agent) return agent.error();
        if (!id) return id.error();
        const auto message = core::visible_message(sources.tables, *agent, *id);
        if (!message) return message.error();
        return read(sources, blobs, *message, *agent);
      },
      [respond = std::move(respond), policy = std::move(form.policy)](Result<Document> document) {
        if (!document) return respond(problem(document.error()));
        // What a customer wrote never runs as a page of ours.
        respond({200,
                 {{"content-type", document->mime},
                  {"content-security-policy", policy},
                  {"content-disposition", "attachment"},
                  {"referrer-policy", "no-referrer"}},
                 std::move(document->body),
                 std::move(document->blob)});
      });
}

/// Net thread only: where media links begin changes with the config.
DocumentForm as_html(const Surroundings& surroundings) {
  const MediaView media{surroundings.media_base, &surroundings.media_links, surroundings.clock.now() + link_lives};
  return {shown_html_policy(media.base),
          [media](const command_bus::ReadSources&, const storage::Blobs&, const Message& message,
                  const Agent&) -> Result<Document> {
            if (message.html.empty()) return not_found("message " + to_string(message.id) + " has no HTML");
            return Document{"text/html; charset=utf-8", shown_html(message, media)};
          }};
}

/// A large one is opened where the row is read: the net thread never waits for a disk.
Result<Document> bytes_of(const storage::RawOriginal& original, const storage::Blobs& blobs) {
  Document document{original.mime.empty() ? "application/octet-stream" : original.mime, original.body};
  if (original.blob_hash.empty()) return document;
  document.blob = blobs.open(original.blob_hash);
  if (!document.blob) return not_found("the bytes of this original are gone");
  return document;
}

Result<Document> raw_of(const command_bus::ReadSources& sources, const storage::Blobs& blobs, const Message& message,
                        const Agent& viewer) {
  const auto originals = sources.tables.originals().of_message(message.id);
  if (!originals.empty() && sees_whole(sources.tables, originals.front(), viewer))
    if (const auto original = sources.tables.originals().find(originals.front())) return bytes_of(*original, blobs);
  return not_found("the original of message " + to_string(message.id) + " is not kept (any more)");
}

void show_message(const Surroundings& surroundings, const Request& request, Responder respond) {
  const auto id = path_id<MessageId>(request, "message");
  answer_read(surroundings, request, std::move(respond),
              [id](const command_bus::ReadSources& sources, const Agent& viewer) -> Result<std::string> {
                if (!id) return id.error();
                const auto message = core::visible_message(sources.tables, viewer, *id);
                if (!message) return message.error();
                return to_json_text(*message);
              });
}

void add_write(Router& router, const Surroundings& surroundings, std::string method, std::string pattern,
               const std::string& command, int success_status) {
  router.add(std::move(method), std::move(pattern), {},
             [&surroundings, command, success_status](const Request& request, Responder respond) {
               answer_with_body(surroundings, request, std::move(respond), {command, success_status, "message", {}});
             });
}

}  // namespace

void add_message_routes(Router& router, const Surroundings& surroundings) {
  router.add("GET", "/v1/messages/{}", {}, [&surroundings](const Request& request, Responder respond) {
    show_message(surroundings, request, std::move(respond));
  });
  router.add("GET", "/v1/messages/{}/html", {}, [&surroundings](const Request& request, Responder respond) {
    answer_document(surroundings, request, std::move(respond), as_html(surroundings));
  });
  router.add("GET", "/v1/messages/{}/raw", {}, [&surroundings](const Request& request, Responder respond) {
    answer_document(surroundings, request, std::move(respond), {"sandbox; default-src 'none'", raw_of});
  });
  // A change that has to reach the customer first is accepted (202), not done.
  add_write(router, surroundings, "PATCH", "/v1/messages/{}", "message.edit", 202);
  add_write(router, surroundings, "DELETE", "/v1/messages/{}", "message.delete", 202);
  add_write(router, surroundings, "PUT", "/v1/messages/{}/reaction", "message.react", 202);
  add_write(router, surroundings, "POST", "/v1/messages/{}/retry", "message.retry", 202);
  add_write(router, surroundings, "POST", "/v1/messages/{}/resolve", "message.resolve", 200);
  add_write(router, surroundings, "POST", "/v1/messages/{}/move", "message.move", 200);
}

}  // namespace inboxd::http
