// `inboxd import mbox`: reads the file in this process, which is the operator's, and hands mails to the running daemon
// portion by portion. The daemon stores with each portion how far it is, so a run that ended anywhere is gone on with.
#include <iostream>
#include <thread>
#include <vector>

#include "daemon/app/commands.hpp"
#include "daemon/app/import_progress.hpp"
#include "daemon/app/mbox_file.hpp"
#include "daemon/app/startup.hpp"

namespace inboxd::app {
namespace {

/// Of one request: as many as the daemon stores at once, and no more bytes than it takes into memory.
constexpr std::size_t portion_mails_max = 16;
constexpr std::size_t portion_bytes_max = std::size_t{1} << 20U;
constexpr Milliseconds answer_wait{120'000};
/// A store that refuses for a moment (a full queue, a backup's last step) is asked again.
constexpr int refusals_max = 30;
constexpr std::chrono::seconds refusal_pause{1};

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain) {
      encoded += static_cast<char>(c);
    } else {
      encoded += {'%', digits[c >> 4U], digits[c & 15U]};
    }
  }
  return encoded;
}

class MboxImport {
 public:
  MboxImport(const transfers::AdminClient& client, const ImportMbox& options, const MboxFile& file)
      : client_(client),
        file_(file),
        query_("?inbox=" + percent_encoded(options.inbox) + "&status=" + options.status + "&source=mbox%20" +
               file.digest()) {}

  ExitCode run() {
    const auto found = import_answer(client_.request("GET", "/admin/imports/file" + query_));
    if (found.exit != ExitCode::ok) return found.exit;
    taken_ = stored_ = before_ = std::min(found.fields.at("position").to_number<std::uint64_t>(), total());
    if (before_ > 0)
      std::cerr << "going on behind the first " << with_commas(before_) << " mails, which an earlier run stored\n";
    for (; taken_ < total(); ++taken_) {
      const auto& mail = file_.mails()[taken_];
      auto text = file_.text(mail);
      if (!text) return std::cerr << "inboxd: " << text.error().detail << '\n', ExitCode::io_error;
      const bool large = text->size() > portion_bytes_max || mail.size > mail_bytes_max;
      if (large || sizes_.size() == portion_mails_max || body_.size() + text->size() > portion_bytes_max)
        if (const auto exit = send(); exit != ExitCode::ok) return exit;
      add(mail, *text);
      if (!large) continue;
      const auto exit = send_large(mail.size > mail_bytes_max);
      if (exit != ExitCode::ok) return exit;
    }
    if (const auto exit = send(); exit != ExitCode::ok) return exit;
    const auto done = import_answer(client_.request("DELETE", "/admin/imports/file" + query_));
    if (done.exit == ExitCode::ok) print_tally(done.fields);
    return done.exit;
  }

 private:
  [[nodiscard]] std::uint64_t total() const { return file_.mails().size(); }

  void add(const MboxMail& mail, const std::string& text) {
    const bool told = !mail.has_date_header && mail.written_at;
    sizes_.push_back(text.size());
    sizes_text_ += (sizes_text_.empty() ? "" : ",") + std::to_string(text.size());
    arrived_text_ += (arrived_text_.empty() ? "" : ",") +
                     std::to_string(told ? std::max<std::int64_t>(to_unix_ms(*mail.written_at), 0) : 0);
    body_ += text;
  }

  ExitCode send() {
    if (sizes_.empty()) return ExitCode::ok;
    return post("/admin/imports/file" + query_ + "&sizes=" + sizes_text_);
  }

  ExitCode send_large(bool only_header) {
    return post("/admin/imports/file/large" + query_ + (only_header ? "&only_header=1" : ""));
  }

  /// What was added since the last one.
  ExitCode post(const std::string& path) {
    stored_ += sizes_.size();
    const auto whole = path + "&position=" + std::to_string(stored_) + "&arrived=" + arrived_text_;
    auto answer = client_.request("POST", whole, body_);
    for (int i = 0; i < refusals_max && answer.status == 503; ++i) {
      std::this_thread::sleep_for(refusal_pause);
      answer = client_.request("POST", whole, body_);
    }
    body_.clear();
    sizes_.clear();
    sizes_text_.clear();
    arrived_text_.clear();
    const auto exit = import_answer(answer).exit;
    if (exit == ExitCode::ok) progress_.show(stored_, before_, total());
    return exit;
  }

  const transfers::AdminClient& client_;
  const MboxFile& file_;
  std::string query_;
  ImportProgress progress_;
  std::uint64_t before_ = 0;  // stored by earlier runs
  std::uint64_t taken_ = 0;
  std::uint64_t stored_ = 0;
  std::string body_;
  std::vector<std::size_t> sizes_;
  std::string sizes_text_;
  std::string arrived_text_;
};

}  // namespace

ExitCode import_mbox(const std::filesystem::path& config_file, const ImportMbox& options) {
  const auto config = load_config(config_file, config::SecretsMode::skip);
  if (!config) return ExitCode::config;
  const transfers::AdminClient client(config->server.admin_socket.string(), answer_wait);
  // A wrong name is told before a large file is read.
  const auto asked =
      import_answer(client.request("GET", "/admin/imports/file?source=none&inbox=" + percent_encoded(options.inbox)));
  if (asked.exit != ExitCode::ok) return asked.exit;
  MboxOpened opened;
  {
    ImportProgress progress;
    constexpr std::uint64_t megabyte = 1'000'000;
    opened = MboxFile::open(options.file, [&](std::uint64_t bytes) {
      progress.say("looking through the file: " + with_commas(bytes / megabyte) + " MB");
    });
  }
  if (!opened.file) {
    std::cerr << "inboxd: " << opened.refusal.why << '\n';
    return opened.refusal.exit;
  }
  return MboxImport(client, options, *opened.file).run();
}

}  // namespace inboxd::app
