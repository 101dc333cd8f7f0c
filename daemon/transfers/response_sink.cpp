// libcurl's header and body callbacks behind daemon/transfers/response_sink.hpp.
#include "daemon/transfers/response_sink.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <span>
#include <utility>

namespace inboxd::transfers {
namespace {

constexpr std::size_t header_bytes_max = 256U << 10U;  // of one answer, all lines together
constexpr std::uint64_t error_bytes_max = 1U << 20U;   // of an error's text where a blob was asked for

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

void ResponseSink::attach(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

bool ResponseSink::finish(connectors::Exchange& exchange) {
  if (!goes_to_blob()) return true;
  try {
    if (!store({})) return false;  // an empty answer is an empty blob
    auto blob = writer_->finish();
    if (!blob) return refuse(SinkRefusal::store);
    exchange.blob = std::move(blob).value();
    return true;
  } catch (...) {
    thrown_ = std::current_exception();
    return refuse(SinkRefusal::store);
  }
}

void ResponseSink::describe(connectors::Exchange& exchange) {
  exchange.status = status_;
  exchange.headers = std::move(headers_);
  exchange.body = std::move(body_);
}

std::size_t ResponseSink::on_header(char* bytes, std::size_t size, std::size_t count, void* self) {
  const std::string_view line(bytes, size * count);
  return static_cast<ResponseSink*>(self)->take_header(line) ? line.size() : 0;
}

// Exceptions must not cross libcurl's C frames: kept, and thrown again where the daemon can end on them.
std::size_t ResponseSink::on_body(char* bytes, std::size_t size, std::size_t count, void* self) {
  auto& sink = *static_cast<ResponseSink*>(self);
  const std::string_view taken(bytes, size * count);
  try {
    // Any number but the one given ends the transfer; an empty chunk cannot be refused that way and is harmless.
    return sink.take_body(taken) ? taken.size() : taken.size() + 1;
  } catch (...) {
    sink.thrown_ = std::current_exception();
    return taken.size() + 1;
  }
}

bool ResponseSink::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > header_bytes_max) return refuse(SinkRefusal::too_large);
  if (line.starts_with("HTTP/")) {  // also after a 1xx: only the last answer counts
    headers_.clear();
    status_ = 0;
    head_is_whole_ = false;
    const auto space = line.find(' ');
    if (space != std::string_view::npos && space + 4 <= line.size())
      std::from_chars(line.data() + space + 1, line.data() + space + 4, status_);
    return true;
  }
  if (line == "\r\n" || line == "\n") head_is_whole_ = true;
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  headers_.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return true;
}

bool ResponseSink::take_body(std::string_view bytes) {
  body_bytes_ += bytes.size();
  const bool to_blob = goes_to_blob();
  const bool is_error_text = target_ == connectors::ResponseTarget::blob && !to_blob;
  if (body_bytes_ > (is_error_text ? std::min(bytes_max_, error_bytes_max) : bytes_max_))
    return refuse(SinkRefusal::too_large);
  if (to_blob) return store(bytes);
  body_ += bytes;
  return true;
}

bool ResponseSink::store(std::string_view bytes) {
  if (!writer_) {
    auto writer = blobs_.create();
    if (!writer) return refuse(SinkRefusal::store);
    writer_ = std::move(writer).value();
  }
  if (bytes.empty()) return true;
  return writer_->write(std::span<const char>(bytes.data(), bytes.size())).ok() || refuse(SinkRefusal::store);
}

bool ResponseSink::refuse(SinkRefusal why) {
  refusal_ = why;
  return false;
}

bool ResponseSink::goes_to_blob() const {
  return target_ == connectors::ResponseTarget::blob && status_ >= 200 && status_ < 300;
}

}  // namespace inboxd::transfers
