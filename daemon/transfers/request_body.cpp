// Bodies of outgoing requests, set on a libcurl easy handle by CurlRequest.
#include "daemon/transfers/request_body.hpp"

#include <cstdio>
#include <span>
#include <variant>

namespace inboxd::transfers {
namespace {

// Named always: libcurl would turn a GET with a body into a POST.
void set_method(CURL* easy, const std::string& method) {
  if (method == "HEAD") {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  } else {
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method.c_str());
  }
}

void attach_text(CURL* easy, const std::string& text) {
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(text.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, text.c_str());  // not copied: the transfer outlives the handle
}

}  // namespace

bool RequestBody::attach(CURL* easy, const std::string& method) {
  bool there = true;
  if (const auto* text = std::get_if<connectors::TextBody>(&body_)) {
    attach_text(easy, text->text);
  } else if (const auto* form = std::get_if<connectors::FormBody>(&body_)) {
    there = attach_form(easy, *form);
  } else if (const auto* blob = std::get_if<connectors::BlobBody>(&body_)) {
    there = attach_blob(easy, *blob);
  } else if (method == "POST" || method == "PUT" || method == "PATCH") {
    static const std::string empty;
    attach_text(easy, empty);
  }
  set_method(easy, method);
  return there;
}

std::string RequestBody::content_type() const {
  if (const auto* text = std::get_if<connectors::TextBody>(&body_)) return text->mime;
  if (const auto* blob = std::get_if<connectors::BlobBody>(&body_)) return blob->mime;
  return {};
}

RequestBody::Stream* RequestBody::open(const BlobRef& blob) {
  try {
    auto reader = blobs_.open(blob.hash);
    if (!reader) return nullptr;
    return &streams_.emplace_back(Stream{std::move(reader), this});
  } catch (...) {
    thrown_ = std::current_exception();
    return nullptr;
  }
}

bool RequestBody::attach_form(CURL* easy, const connectors::FormBody& form) {
  mime_.reset(curl_mime_init(easy));
  for (const auto& field : form.fields) {
    curl_mimepart* part = curl_mime_addpart(mime_.get());
    curl_mime_name(part, field.name.c_str());
    if (!field.mime.empty()) curl_mime_type(part, field.mime.c_str());
    if (!field.file_name.empty()) curl_mime_filename(part, field.file_name.c_str());
    if (!field.blob) {
      curl_mime_data(part, field.value.data(), field.value.size());
      continue;
    }
    Stream* stream = open(*field.blob);
    if (stream == nullptr) return false;
    curl_mime_data_cb(part, static_cast<curl_off_t>(stream->reader->size()), read_stream, seek_stream, nullptr, stream);
  }
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime_.get());
  return true;
}

bool RequestBody::attach_blob(CURL* easy, const connectors::BlobBody& body) {
  Stream* stream = open(body.blob);
  if (stream == nullptr) return false;
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(stream->reader->size()));
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read_stream);
  curl_easy_setopt(easy, CURLOPT_READDATA, stream);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek_stream);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, stream);
  return true;
}

// Exceptions must not cross libcurl's C frames: kept, and thrown again where the daemon can end on them.
std::size_t RequestBody::read_stream(char* buffer, std::size_t size, std::size_t count, void* stream) {
  auto& self = *static_cast<Stream*>(stream);
  try {
    const auto got = self.reader->read(std::span<char>(buffer, size * count));
    return got ? got.value() : static_cast<std::size_t>(CURL_READFUNC_ABORT);
  } catch (...) {
    self.owner->thrown_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int RequestBody::seek_stream(void* stream, curl_off_t offset, int origin) {
  auto& self = *static_cast<Stream*>(stream);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_CANTSEEK;
  try {
    return self.reader->seek(static_cast<std::uint64_t>(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
  } catch (...) {
    self.owner->thrown_ = std::current_exception();
    return CURL_SEEKFUNC_FAIL;
  }
}

}  // namespace inboxd::transfers
