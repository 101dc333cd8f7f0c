// An mbox on its way through `inboxd import mbox`: read once to find its mails and its name, then mail by mail in the
// order in which they were written. What comes from a pipe is kept in a nameless file meanwhile. Blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/app/exit_code.hpp"
#include "daemon/app/mbox.hpp"

namespace inboxd::app {

/// Of a larger mail only the header is taken, as from IMAP.
inline constexpr std::uint64_t mail_bytes_max = std::uint64_t{50} << 20U;
inline constexpr std::uint64_t mail_header_bytes_max = std::uint64_t{1} << 20U;

struct MboxRefusal {
  ExitCode exit = ExitCode::usage;
  std::string why;  // a sentence that names the file
};

struct MboxOpened;

class MboxFile {
 public:
  /// `path` is "-" for the standard input. `read` hears now and then how many bytes were read.
  static MboxOpened open(const std::filesystem::path& path, const std::function<void(std::uint64_t)>& read);

  /// Closes `descriptor` in the end; for open().
  explicit MboxFile(int descriptor) : descriptor_(descriptor) {}
  MboxFile(const MboxFile&) = delete;
  MboxFile& operator=(const MboxFile&) = delete;
  ~MboxFile();

  /// By when they were written; those that do not say stand behind the one before them in the file.
  [[nodiscard]] const std::vector<MboxMail>& mails() const { return mails_; }
  /// The same for the same bytes, whatever the file is called.
  [[nodiscard]] const std::string& digest() const { return digest_; }
  /// The mail's bytes as it was sent; cut behind its header where it is larger than mail_bytes_max.
  [[nodiscard]] Result<std::string> text(const MboxMail& mail) const;

 private:
  void put_in_order();

  int descriptor_;
  std::vector<MboxMail> mails_;
  std::string digest_;
};

/// `file`, or why there is none.
struct MboxOpened {
  std::unique_ptr<MboxFile> file;
  MboxRefusal refusal;
};

}  // namespace inboxd::app
