#include "storage/archive/manifest.hpp"

#include <algorithm>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include "schemas/json/writer.hpp"
#include "storage/store.hpp"

namespace inboxd::storage {
namespace {

constexpr const char* format_name = "inboxd-backup";
constexpr int format_version = 1;
constexpr std::size_t line_bytes_max = 1024;
constexpr std::string_view head_end = R"(,"files":[)";
constexpr std::string_view blob_folder = "blobs/";

Error damaged(const std::string& what) { return bad_request("this is no whole backup: its manifest " + what); }

bool is_hash(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<boost::json::object> parse(std::string_view text) {
  boost::system::error_code error;
  const auto value = boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
  if (error || !value.is_object()) return std::nullopt;
  return value.get_object();
}

std::string text_of(const boost::json::object& fields, const char* key) {
  const auto* found = fields.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

/// -1 where there is none.
std::int64_t number_of(const boost::json::object& fields, const char* key) {
  const auto* found = fields.if_contains(key);
  return found != nullptr && found->is_int64() ? found->get_int64() : -1;
}

}  // namespace

std::string blob_path(const std::string& hash) {
  return std::string(blob_folder) + hash.substr(0, 2) + '/' + hash.substr(2);
}

ManifestWriter::ManifestWriter(const std::filesystem::path& file, const BackupFacts& facts)
    : path_(file), out_(file, std::ios::binary | std::ios::trunc) {
  std::string head;
  JsonWriter writer(head);
  writer.begin_object();
  writer.key("format");
  writer.string(format_name);
  writer.key("version");
  writer.number(format_version);
  writer.key("schema_step");
  writer.number(facts.schema_step);
  writer.key("epoch");
  writer.string(facts.epoch);
  writer.key("head");
  writer.number(facts.head);
  writer.key("created_at");
  writer.time(facts.created_at);
  if (facts.left_out > 0) {
    writer.key("left_out");
    writer.number(static_cast<std::int64_t>(facts.left_out));
  }
  writer.key("files");
  out_ << head << "[\n";
}

void ManifestWriter::add(const ManifestFile& file) {
  std::string line = first_ ? "" : ",\n";
  JsonWriter writer(line);
  writer.begin_object();
  writer.key("path");
  writer.string(file.path);
  writer.key("size");
  writer.number(file.size);
  writer.key("sha256");
  writer.string(file.sha256);
  writer.end_object();
  out_ << line;
  first_ = false;
}

void ManifestWriter::finish() {
  out_ << "\n]}\n";
  out_.close();
  if (!out_) throw StorageFailure(FailureKind::unavailable, "cannot write " + path_.string() + "; is the disk full?");
}

Result<std::string> ManifestReader::line() {
  std::string text(line_bytes_max, '\0');
  if (!in_.getline(text.data(), static_cast<std::streamsize>(text.size()))) return damaged("ends too early");
  text.resize(static_cast<std::size_t>(in_.gcount()) - (in_.eof() ? 0 : 1));
  return text;
}

Result<BackupFacts> ManifestReader::read_head() {
  const auto text = line();
  if (!text) return text.error();
  const auto fields =
      text->ends_with(head_end) ? parse(text->substr(0, text->size() - head_end.size()) + '}') : std::nullopt;
  if (!fields || text_of(*fields, "format") != format_name) return damaged("is not one of inboxd");
  if (number_of(*fields, "version") != format_version)
    return bad_request(fmt::format("this backup has format {}, this program reads {}; use the inboxd that made it",
                                   number_of(*fields, "version"), format_version));
  BackupFacts facts;
  facts.schema_step = static_cast<int>(number_of(*fields, "schema_step"));
  facts.epoch = text_of(*fields, "epoch");
  facts.head = number_of(*fields, "head");
  const auto at = parse_rfc3339(text_of(*fields, "created_at"));
  if (facts.schema_step < 1 || facts.head < 0 || !at) return damaged("lacks schema_step, head or created_at");
  facts.created_at = *at;
  facts.left_out = static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(*fields, "left_out"), 0));
  return facts;
}

Result<std::optional<ManifestFile>> ManifestReader::next() {
  auto text = line();
  if (!text) return text.error();
  if (*text == "]}") return std::optional<ManifestFile>();
  if (text->ends_with(',')) text->pop_back();
  const auto fields = parse(*text);
  if (!fields) return damaged("has a line that is not JSON");
  const auto size = number_of(*fields, "size");
  ManifestFile file{text_of(*fields, "path"), static_cast<std::uint64_t>(size), text_of(*fields, "sha256")};
  const bool known = last_path_.empty() ? file.path == database_name
                                        : file.path == blob_path(file.sha256) &&
                                              (last_path_ == database_name || last_path_ < file.path);
  if (size < 0 || !is_hash(file.sha256) || !known) return damaged("names a file that a backup does not have");
  last_path_ = file.path;
  return std::optional<ManifestFile>(std::move(file));
}

}  // namespace inboxd::storage
