#include "daemon/app/mbox_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/sha256.hpp"

namespace inboxd::app {
namespace {

constexpr std::size_t piece_bytes = 256U << 10U;

/// -1 and errno, or how many; 0 at the end.
ssize_t read_some(int descriptor, std::span<char> into) {
  ssize_t count = 0;
  do {
    count = ::read(descriptor, into.data(), into.size());
  } while (count < 0 && errno == EINTR);
  return count;
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// Gone with its descriptor; -1 and errno.
int nameless_file() {
  const char* folder = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
  std::string path = std::string(folder != nullptr && *folder != '\0' ? folder : "/tmp") + "/inboxd-import-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(path.c_str());
  return descriptor;
}

std::string because(const std::string& name, const char* what) {
  return name + ": " + what + ": " + std::generic_category().message(errno);
}

/// Where the bytes are read from, and where a pipe's are kept.
struct Bytes {
  int from = -1;
  int kept = -1;  // -1: `from` can be read again
};

std::optional<MboxRefusal> open_bytes(const std::filesystem::path& path, Bytes& bytes) {
  const auto name = path.string();
  bytes.from = name == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (bytes.from < 0) return MboxRefusal{ExitCode::no_input, because(name, "cannot be read")};
  struct stat status {};
  if (::fstat(bytes.from, &status) != 0) return MboxRefusal{ExitCode::no_input, because(name, "cannot be read")};
  if (S_ISDIR(status.st_mode))
    return MboxRefusal{ExitCode::no_input, name + " is a folder; an mbox is one file, and each is imported by itself"};
  if (S_ISREG(status.st_mode) && ::lseek(bytes.from, 0, SEEK_CUR) == 0) return std::nullopt;
  bytes.kept = nameless_file();
  if (bytes.kept < 0) return MboxRefusal{ExitCode::io_error, because("$TMPDIR", "no file can be made there")};
  return std::nullopt;
}

}  // namespace

MboxFile::~MboxFile() { ::close(descriptor_); }

MboxOpened MboxFile::open(const std::filesystem::path& path, const std::function<void(std::uint64_t)>& read) {
  const auto name = path == "-" ? std::string("the standard input") : path.string();
  Bytes bytes;
  auto refusal = open_bytes(path, bytes);
  const auto source = std::make_unique<MboxFile>(bytes.from);
  if (refusal) return {nullptr, *refusal};
  auto kept = bytes.kept < 0 ? nullptr : std::make_unique<MboxFile>(bytes.kept);

  MboxIndex index;
  storage::Sha256 digest;
  std::string piece(piece_bytes, '\0');
  std::uint64_t size = 0;
  ssize_t count = 0;
  while ((count = read_some(bytes.from, piece)) > 0) {
    const std::string_view now(piece.data(), static_cast<std::size_t>(count));
    digest.add(now);
    if (kept && !write_all(bytes.kept, now))
      return {nullptr, {ExitCode::io_error, because("$TMPDIR", "what is read cannot be kept there")}};
    if (!index.feed(now)) break;
    read(size += now.size());
  }
  if (count < 0) return {nullptr, {ExitCode::io_error, because(name, "cannot be read")}};
  auto mails = index.finish();
  if (!mails) return {nullptr, {ExitCode::data_error, name + ": " + mails.error().detail}};
  if (!kept) kept = std::make_unique<MboxFile>(::dup(bytes.from));
  kept->mails_ = std::move(mails).value();
  kept->digest_ = digest.hex();
  kept->put_in_order();
  return {std::move(kept), {}};
}

void MboxFile::put_in_order() {
  struct Ordered {
    Timestamp at;
    MboxMail mail;
  };
  Timestamp last;
  std::vector<Ordered> ordered;
  ordered.reserve(mails_.size());
  for (const auto& mail : mails_) ordered.push_back({last = mail.written_at.value_or(last), mail});
  std::stable_sort(ordered.begin(), ordered.end(), [](const Ordered& a, const Ordered& b) { return a.at < b.at; });
  std::transform(ordered.begin(), ordered.end(), mails_.begin(), [](const Ordered& one) { return one.mail; });
}

Result<std::string> MboxFile::text(const MboxMail& mail) const {
  const bool cut = mail.size > mail_bytes_max;
  auto left = cut ? mail_header_bytes_max : mail.size;
  auto offset = mail.offset;
  MboxText text;
  std::string piece(std::min<std::uint64_t>(left, piece_bytes), '\0');
  while (left > 0) {
    const auto count =
        ::pread(descriptor_, piece.data(), std::min<std::uint64_t>(left, piece.size()), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return Error{ErrorCode::internal, "the file was changed while it was read", {}};
    text.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(count)));
    offset += static_cast<std::uint64_t>(count);
    left -= static_cast<std::uint64_t>(count);
  }
  auto whole = text.finish();
  if (const auto end = whole.find("\r\n\r\n"); cut && end != std::string::npos) whole.resize(end + 4);
  return whole;
}

}  // namespace inboxd::app
