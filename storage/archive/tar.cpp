#include "storage/archive/tar.hpp"

#include <stdexcept>
#include <system_error>
#include <vector>

#include "storage/store.hpp"

namespace inboxd::storage {
namespace {

constexpr std::size_t block_bytes = 10'240;   // tar's own
constexpr std::size_t buffer_bytes = 65'536;  // read at once

std::string why(archive* tar) {
  const char* text = archive_error_string(tar);
  return text != nullptr ? text : "no reason given";
}

}  // namespace

TarWriter::TarWriter(int descriptor, std::string name) : name_(std::move(name)), tar_(archive_write_new()) {
  if (!tar_) throw std::bad_alloc();
  check(archive_write_set_format_pax_restricted(tar_.get()));
  check(archive_write_add_filter_none(tar_.get()));
  check(archive_write_open_fd(tar_.get(), descriptor));
}

void TarWriter::check(int code) {
  if (code >= ARCHIVE_WARN) return;
  throw StorageFailure(FailureKind::unavailable, "cannot write " + name_ + ": " + why(tar_.get()) + ", " +
                                                     std::generic_category().message(archive_errno(tar_.get())));
}

void TarWriter::begin_file(const std::string& path, std::uint64_t size, Timestamp at) {
  constexpr unsigned owner_only = 0600;
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(), archive_entry_free);
  archive_entry_set_pathname(entry.get(), path.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), owner_only);
  archive_entry_set_mtime(entry.get(), to_unix_ms(at) / 1000, 0);
  check(archive_write_header(tar_.get(), entry.get()));
}

void TarWriter::write(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const auto written = archive_write_data(tar_.get(), bytes.data(), bytes.size());
    if (written <= 0) check(ARCHIVE_FATAL);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void TarWriter::finish() { check(archive_write_close(tar_.get())); }

TarReader::TarReader(int descriptor) : tar_(archive_read_new()) {
  if (!tar_) throw std::bad_alloc();
  archive_read_support_format_tar(tar_.get());
  // A file that is no tar at all shows at the first next().
  archive_read_open_fd(tar_.get(), descriptor, block_bytes);
}

Error TarReader::broken() const { return bad_request("this is no whole backup: " + why(tar_.get())); }

Result<std::optional<TarFile>> TarReader::next() {
  archive_entry* entry = nullptr;
  const int code = archive_read_next_header(tar_.get(), &entry);
  if (code == ARCHIVE_EOF) return std::optional<TarFile>();
  if (code < ARCHIVE_OK || archive_entry_pathname(entry) == nullptr) return broken();
  if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr ||
      archive_entry_size_is_set(entry) == 0 || archive_entry_sparse_count(entry) != 0)
    return bad_request("this is no backup: it holds something else than plain files");
  return std::optional<TarFile>(
      TarFile{archive_entry_pathname(entry), static_cast<std::uint64_t>(archive_entry_size(entry))});
}

Result<void> TarReader::read(std::uint64_t size, const std::function<Result<void>(std::span<const char>)>& take) {
  std::vector<char> buffer(buffer_bytes);
  std::uint64_t left = size;
  while (true) {
    const auto got = archive_read_data(tar_.get(), buffer.data(), buffer.size());
    if (got < 0) return broken();
    if (got == 0) break;
    if (static_cast<std::uint64_t>(got) > left) return bad_request("this is no whole backup: a file is too long");
    left -= static_cast<std::uint64_t>(got);
    if (auto taken = take({buffer.data(), static_cast<std::size_t>(got)}); !taken) return taken;
  }
  if (left > 0) return bad_request("this is no whole backup: a file is cut short");
  return {};
}

}  // namespace inboxd::storage
