// A visitor's file: limits and quota before its bytes are read, what they are and the quota again when they are there.
#include <algorithm>
#include <array>
#include <utility>

#include "daemon/visitors/content_type.hpp"
#include "daemon/visitors/visitors.hpp"

namespace inboxd::visitors {
namespace {

constexpr std::chrono::hours hour{1};
constexpr std::size_t file_name_bytes_max = 255;

Result<void> check_upload_size(const connectors::VisitorLimits& limits, std::uint64_t bytes) {
  if (limits.upload_bytes_max == 0) return forbidden("this chat takes no files");
  if (bytes > limits.upload_bytes_max)
    return Error{
        ErrorCode::payload_too_large, "a file has at most " + std::to_string(limits.upload_bytes_max) + " bytes", {}};
  return {};
}

/// Who may upload that many bytes now.
Result<void> check_quota(const storage::Tables& tables, const connectors::VisitorRules& rules, const Caller& caller,
                         std::uint64_t bytes, Timestamp now) {
  const auto visitor = core::visiting(tables, rules, caller.inbox, caller.visitor);
  if (!visitor) return visitor.error();
  const auto today = tables.visitors().uploads_since(caller.visitor, now - upload_day);
  if (static_cast<std::uint64_t>(today.bytes) + bytes > rules.limits.upload_bytes_per_day_max)
    return Error{ErrorCode::rate_limited, "that is more than a visitor may send within a day", Milliseconds{hour}};
  return {};
}

storage::AttachmentRow row_of(const Caller& caller, const UploadedFile& file, Timestamp now) {
  storage::AttachmentRow row;
  row.attachment.name = std::string(cut_utf8(file.name, file_name_bytes_max));
  row.attachment.size = file.blob.size;
  row.inbox = caller.inbox;
  row.created_at = now;
  return row;
}

Attachment store_upload(storage::Tables& tables, const Caller& caller, storage::AttachmentRow row) {
  row.attachment.id = tables.attachments().insert(row);
  tables.visitors().add_upload(caller.visitor, row.attachment.id, row.attachment.size, row.created_at);
  return row.attachment;
}

}  // namespace

Result<void> Visitors::take_upload(const Caller& caller, const connectors::VisitorLimits& limits) {
  const Allowance allowance{limits.uploads_per_hour_max, hour};
  if (auto free = take("upload", to_string(caller.visitor), allowance); !free) return free;
  return take("upload", caller.network, per_address(allowance));
}

void Visitors::admit_upload(const Caller& caller, std::uint64_t bytes, Done<bool> done) {
  const auto now_rules = rules(caller.inbox);
  if (auto fits = check_upload_size(now_rules.limits, bytes); !fits) return done(fits.error());
  if (auto free = take_upload(caller, now_rules.limits); !free) return done(free.error());
  with_.readers.read<bool>(
      [now_rules, caller, bytes, now = with_.clock.now()](const command_bus::ReadSources& sources) -> Result<bool> {
        if (auto free = check_quota(sources.tables, now_rules, caller, bytes, now); !free) return free.error();
        return true;
      },
      std::move(done));
}

void Visitors::upload(const Caller& caller, UploadedFile file, Done<Attachment> done) {
  const auto now_rules = rules(caller.inbox);
  if (auto fits = check_upload_size(now_rules.limits, file.blob.size); !fits)
    return refuse_upload(caller, file, fits.error(), done);
  const auto hash = file.blob.hash;  // a copy: which of the two calls below is made ready first, nobody says
  // The file is looked at where the disk may be waited for.
  with_.readers.read<std::string>(
      [&blobs = with_.blobs, hash](const command_bus::ReadSources&) -> Result<std::string> {
        const auto reader = blobs.open(hash);
        if (!reader) return Error{ErrorCode::internal, "the file is not there", {}};
        std::array<char, sniffed_bytes_max> head{};
        const auto size = reader->read(head);
        if (!size) return size.error();
        return sniff_content_type({head.data(), *size});
      },
      lifetime_.guard([this, caller, file = std::move(file), types = now_rules.upload_types,
                       done = std::move(done)](Result<std::string> mime) {
        if (!mime) return done(mime.error());
        if (std::find(types.begin(), types.end(), *mime) == types.end())
          return refuse_upload(caller, file, bad_request("files of this kind (" + *mime + ") are not taken here"),
                               done);
        keep_upload(caller, file, *mime, done);
      }));
}

void Visitors::keep_upload(const Caller& caller, const UploadedFile& file, const std::string& mime,
                           Done<Attachment> done) {
  with_.bus.submit<Attachment>(
      [caller, file, mime, rules = rules(caller.inbox)](command_bus::Workspace& workspace) -> Result<Attachment> {
        if (auto free = check_quota(workspace.tables, rules, caller, file.blob.size, workspace.now); !free)
          return free.error();
        auto row = row_of(caller, file, workspace.now);
        row.attachment.mime = mime;
        row.attachment.state = AttachmentState::ready;
        row.blob_hash = file.blob.hash;
        return store_upload(workspace.tables, caller, row);
      },
      lifetime_.guard([this, caller, file, done = std::move(done)](Result<Attachment> kept) {
        const bool turned_down = !kept && kept.error().code != ErrorCode::storage_unavailable;
        if (turned_down) return refuse_upload(caller, file, kept.error(), done);
        done(std::move(kept));
      }));
}

/// Whoever sends what is refused uses the disk as much as others do. The row holds no bytes and cannot be attached; it
/// goes after a day, as an upload does that nobody attached.
void Visitors::refuse_upload(const Caller& caller, const UploadedFile& file, const Error& why,
                             const Done<Attachment>& done) {
  with_.bus.submit<Attachment>(
      [caller, file](command_bus::Workspace& workspace) -> Result<Attachment> {
        auto row = row_of(caller, file, workspace.now);
        row.attachment.state = AttachmentState::failed;
        if (!workspace.tables.visitors().find(caller.visitor)) return row.attachment;
        return store_upload(workspace.tables, caller, row);
      },
      [why, done](const Result<Attachment>&) { done(why); });
}

}  // namespace inboxd::visitors
