// HTTP over a Unix socket for daemon/transfers/admin_client.hpp.
#include "daemon/transfers/admin_client.hpp"

#include <cerrno>
#include <cstddef>

#include <curl/curl.h>

#include "daemon/transfers/curl_handles.hpp"

namespace inboxd::transfers {
namespace {

constexpr std::size_t body_bytes_max = 64U << 20U;
constexpr std::size_t line_bytes_max = 1U << 20U;

/// The answer's bytes on their way in, and how their taking ended.
struct Intake {
  CURL* easy = nullptr;
  const std::function<bool(std::string_view)>* line = nullptr;  // null: all into `body`
  std::string body;                                             // or the unfinished line
  bool stopped = false;
  bool too_large = false;
};

bool take_lines(Intake& intake) {
  std::size_t at = 0;
  for (auto end = intake.body.find('\n'); end != std::string::npos; end = intake.body.find('\n', at)) {
    if (!(*intake.line)(std::string_view(intake.body).substr(at, end - at))) {
      intake.stopped = true;
      return false;
    }
    at = end + 1;
  }
  intake.body.erase(0, at);
  intake.too_large = intake.body.size() > line_bytes_max;
  return !intake.too_large;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& intake = *static_cast<Intake*>(self);
  intake.body.append(bytes, size * count);
  long status = 0;
  curl_easy_getinfo(intake.easy, CURLINFO_RESPONSE_CODE, &status);
  if (intake.line != nullptr && status >= 200 && status < 300) return take_lines(intake) ? size * count : 0;
  intake.too_large = intake.body.size() > body_bytes_max;
  return intake.too_large ? 0 : size * count;
}

void set_request(CURL* easy, const std::string& socket_path, const std::string& url, Intake& intake) {
  intake.easy = easy;
  curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket_path.c_str());
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "inboxd/" INBOXD_VERSION);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &intake);
}

AdminReach reach_of(CURL* easy, CURLcode code) {
  if (code != CURLE_COULDNT_CONNECT) return AdminReach::broken;
  long error = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error);
  return error == EACCES || error == EPERM ? AdminReach::not_permitted : AdminReach::no_daemon;
}

std::string detail_of(AdminReach reach, const std::string& socket_path, CURLcode code) {
  switch (reach) {
    case AdminReach::answered:
      return {};
    case AdminReach::no_daemon:
      return "no daemon listens at " + socket_path;
    case AdminReach::not_permitted:
      return "this user may not use " + socket_path;
    case AdminReach::broken:
      return "the daemon at " + socket_path + " gave no whole answer: " + curl_easy_strerror(code);
  }
  return {};
}

AdminAnswer run(CURL* easy, const std::string& socket_path, Intake& intake) {
  const CURLcode code = curl_easy_perform(easy);
  AdminAnswer answer;
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  const bool whole = (code == CURLE_OK && status >= 200) || intake.stopped;
  answer.reach = whole ? AdminReach::answered : reach_of(easy, code);
  answer.detail = intake.too_large ? "the answer of the daemon at " + socket_path + " is too large"
                                   : detail_of(answer.reach, socket_path, code);
  if (!intake.stopped) answer.body = std::move(intake.body);
  return answer;
}

}  // namespace

AdminAnswer AdminClient::request(const std::string& method, const std::string& path, const std::string& body) const {
  const CurlLibrary library;
  const EasyHandle easy(curl_easy_init());
  Intake intake;
  set_request(easy.get(), socket_path_, "http://inboxd" + path, intake);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
  HeaderList headers(curl_slist_append(nullptr, "Content-Type: application/json"));
  if (method != "GET") {
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  }
  return run(easy.get(), socket_path_, intake);
}

AdminAnswer AdminClient::stream(const std::string& path, const std::function<bool(std::string_view)>& line) const {
  const CurlLibrary library;
  const EasyHandle easy(curl_easy_init());
  Intake intake;
  intake.line = &line;
  set_request(easy.get(), socket_path_, "http://inboxd" + path, intake);
  curl_easy_setopt(easy.get(), CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_.count()));
  return run(easy.get(), socket_path_, intake);
}

}  // namespace inboxd::transfers
