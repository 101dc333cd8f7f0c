// /v1/attachments and /media: uploads, metadata with a signed link, and the bytes behind such a link.
#include "daemon/core/access/authorize.hpp"
#include "daemon/http/api/refused_bytes.hpp"
#include "daemon/http/api/resources.hpp"
#include "schemas/json/objects.hpp"

namespace inboxd::http {
namespace {

constexpr std::chrono::hours link_lives{1};
constexpr std::size_t name_bytes_max = 255;

/// Net thread only: media_base changes with the config.
std::string with_link(const Surroundings& surroundings, const Attachment& attachment) {
  auto body = to_json_text(attachment);
  body.pop_back();
  body += R"(,"url":)";
  if (attachment.state != AttachmentState::ready) return body + "null}";
  const auto expires_at = surroundings.clock.now() + link_lives;
  body += '"' + surroundings.media_base + "/media/" + surroundings.media_links.sign(attachment.id, expires_at) +
          R"(","url_expires_at":")" + to_rfc3339(expires_at) + "\"}";
  return body;
}

/// An upload is its uploader's until attached; then it is seen by whoever sees its message's inbox.
bool may_see(const Agent& viewer, const storage::AttachmentRow& row) {
  if (!row.message) return row.uploader == viewer.id;
  return row.inbox && core::authorize(viewer, core::Action::see, {row.inbox}) == core::Access::allowed;
}

void show_attachment(const Surroundings& surroundings, const Request& request, Responder respond) {
  auto hash = token_hash_of(request);
  if (!hash) return respond(problem(hash.error()));
  const auto id = path_id<AttachmentId>(request, "attachment");
  surroundings.readers.read<Attachment>(
      [id, hash = *hash](const command_bus::ReadSources& sources) -> Result<Attachment> {
        const auto viewer = agent_of_token(sources.tables, hash);
        if (!viewer) return viewer.error();
        if (!id) return id.error();
        const auto row = sources.tables.attachments().find(*id);
        if (!row || !may_see(*viewer, *row)) return not_found("there is no attachment " + to_string(*id));
        return row->attachment;
      },
      [&surroundings, respond = std::move(respond)](Result<Attachment> attachment) {
        respond(attachment ? json(200, with_link(surroundings, *attachment)) : problem(attachment.error()));
      });
}

/// Two steps: the token is looked up before the upload becomes a row, so nobody else's bytes are kept.
void store_upload(const Surroundings& surroundings, const Request& request, Responder respond) {
  auto hash = token_hash_of(request);
  if (!hash) return respond(problem(hash.error()));
  if (!request.blob) return respond(problem(bad_request("send multipart/form-data with a part named `file`")));
  storage::AttachmentRow upload;
  upload.attachment.name = std::string(request.header("x-file-name")).substr(0, name_bytes_max);
  upload.attachment.mime = std::string(request.header("content-type"));
  upload.attachment.size = request.blob->size;
  upload.attachment.state = AttachmentState::ready;
  upload.blob_hash = request.blob->hash;
  surroundings.bus.submit<storage::AttachmentRow>(
      [hash = *hash, upload](command_bus::Workspace& workspace) -> Result<storage::AttachmentRow> {
        const auto agent = agent_of_token(workspace.tables, hash);
        if (!agent) return agent.error();
        auto row = upload;
        row.uploader = agent->id;
        row.created_at = workspace.now;
        row.attachment.id = workspace.tables.attachments().insert(row);
        return row;
      },
      [&surroundings, respond = std::move(respond)](Result<storage::AttachmentRow> row) {
        respond(row ? json(201, with_link(surroundings, row->attachment)) : problem(row.error()));
      });
}

/// Only pictures, sound and film that browsers play without running anything are shown in place.
bool shown_inline(std::string_view mime) {
  return mime == "image/png" || mime == "image/jpeg" || mime == "image/gif" || mime == "image/webp" ||
         mime.starts_with("audio/") || mime.starts_with("video/");
}

std::string quoted_name(const std::string& name) {
  std::string quoted;
  for (const char c : name)
    quoted += (c < ' ' || c == '"' || c == '\\' || static_cast<unsigned char>(c) > 126) ? '_' : c;
  return quoted;
}

struct Media {
  Attachment attachment;
  std::shared_ptr<storage::BlobReader> blob;
};

Response show_media(Media media) {
  const auto& mime = media.attachment.mime;
  const std::string place = shown_inline(mime) ? "inline" : "attachment";
  return {200,
          {{"content-type", mime.empty() ? "application/octet-stream" : mime},
           {"content-disposition", place + "; filename=\"" + quoted_name(media.attachment.name) + '"'},
           {"content-security-policy", "sandbox; default-src 'none'"},
           {"cache-control", "private, max-age=3600"}},
          {},
          std::move(media.blob)};
}

/// The file is opened where the row is read: the net thread never waits for a disk.
void serve_media(const Surroundings& surroundings, const Request& request, Responder respond) {
  const auto id = surroundings.media_links.verify(request.captures[0], surroundings.clock.now());
  if (!id) return respond(problem(not_found("this link has expired; ask for a new one")));
  surroundings.readers.read<Media>(
      [id = *id, &blobs = surroundings.blobs](const command_bus::ReadSources& sources) -> Result<Media> {
        const auto row = sources.tables.attachments().find(id);
        if (!row || row->attachment.state != AttachmentState::ready) return not_found("this attachment is gone");
        std::shared_ptr<storage::BlobReader> blob = blobs.open(row->blob_hash);
        if (!blob) return not_found("this attachment's bytes are gone");
        return Media{row->attachment, std::move(blob)};
      },
      [respond = std::move(respond)](Result<Media> media) {
        respond(media ? show_media(std::move(media).value()) : problem(media.error()));
      });
}

}  // namespace

void add_attachment_routes(Router& router, const Surroundings& surroundings) {
  RouteOptions upload{Listener::main, BodyMode::multipart, surroundings.upload_bytes_max, {}};
  // Strangers' bytes are refused before the first of them is written to the disk.
  upload.admit = [&surroundings](const Request& request, const std::function<void(Admission)>& decide) {
    answer_read(
        surroundings, request,
        [decide](Response response) { decide(response.status == 200 ? Admission{} : Admission{std::move(response)}); },
        [](const command_bus::ReadSources&, const Agent&) -> Result<std::string> { return std::string(); });
  };
  router.add("POST", upload_route, std::move(upload),
             leaving_refused_bytes(surroundings.bus, [&surroundings](const Request& request, Responder respond) {
               store_upload(surroundings, request, std::move(respond));
             }));
  router.add("GET", "/v1/attachments/{}", {}, [&surroundings](const Request& request, Responder respond) {
    show_attachment(surroundings, request, std::move(respond));
  });
  router.add("GET", "/media/{}", {}, [&surroundings](const Request& request, Responder respond) {
    serve_media(surroundings, request, std::move(respond));
  });
}

}  // namespace inboxd::http
