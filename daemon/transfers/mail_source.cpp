// Streaming and base64 behind daemon/transfers/mail_source.hpp.
#include "daemon/transfers/mail_source.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

#include <openssl/evp.h>

namespace inboxd::transfers {
namespace {

constexpr std::size_t line_bytes = 57;        // of the blob in a line of 76 characters
constexpr std::size_t lines_at_a_time = 256;  // 14 KiB

/// Of `bytes` as base64 in lines of 76, each with CRLF.
std::uint64_t encoded_size(std::uint64_t bytes) {
  const std::uint64_t lines = (bytes + line_bytes - 1) / line_bytes;
  return (bytes + 2) / 3 * 4 + lines * 2;
}

void append_line(std::string& text, std::string_view bytes) {
  std::string line(80, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(line.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.append(line, 0, static_cast<std::size_t>(length)).append("\r\n");
}

}  // namespace

bool MailSource::open() {
  try {
    for (const auto& part : parts_) {
      readers_.push_back(part.blob ? blobs_.open(part.blob->hash) : nullptr);
      if (part.blob && !readers_.back()) return false;
    }
    return true;
  } catch (...) {
    thrown_ = std::current_exception();
    return false;
  }
}

void MailSource::attach(CURL* easy) {
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, this);
  // Announced as SIZE (RFC 1870), so that a server refuses what is too large before it comes.
  size_ = size();
  curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(size_));
}

std::uint64_t MailSource::size() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i)
    sum += parts_[i].blob ? encoded_size(readers_[i]->size()) : parts_[i].text.size();
  return sum;
}

std::size_t MailSource::read(char* into, std::size_t room) {
  for (; part_ < parts_.size(); ++part_, at_ = 0) {
    const bool is_blob = parts_[part_].blob.has_value();
    if (is_blob && at_ == encoded_.size()) {
      at_ = 0;
      if (!encode_more(*readers_[part_])) return CURL_READFUNC_ABORT;
    }
    const std::string& text = is_blob ? encoded_ : parts_[part_].text;
    const std::size_t taken = std::min(room, text.size() - at_);
    if (taken == 0) {
      encoded_.clear();
      continue;
    }
    std::copy_n(text.data() + at_, taken, into);
    at_ += taken;
    read_ += taken;
    return taken;
  }
  return 0;
}

/// The next lines into `encoded_`, which stays empty at the blob's end.
bool MailSource::encode_more(storage::BlobReader& blob) {
  encoded_.clear();
  std::string bytes(line_bytes * lines_at_a_time, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const auto got = blob.read(std::span<char>(bytes).subspan(filled));
    if (!got) return false;
    if (got.value() == 0) break;
    filled += got.value();
  }
  for (std::size_t at = 0; at < filled; at += line_bytes)
    append_line(encoded_, std::string_view(bytes).substr(at, std::min(line_bytes, filled - at)));
  return true;
}

// Exceptions must not cross libcurl's C frames: kept, and thrown again where the daemon can end on them.
std::size_t MailSource::on_read(char* buffer, std::size_t size, std::size_t count, void* self) {
  auto& source = *static_cast<MailSource*>(self);
  try {
    return source.read(buffer, size * count);
  } catch (...) {
    source.thrown_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

}  // namespace inboxd::transfers
