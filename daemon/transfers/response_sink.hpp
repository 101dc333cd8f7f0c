// What comes back: status, headers and body of one answer, bounded while they stream in, in memory or into a blob.
// Filled by libcurl's callbacks in curl's thread for one CurlRequest.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <curl/curl.h>

#include "connectors/sdk/transfer.hpp"
#include "storage/blobs.hpp"

namespace inboxd::transfers {

/// Why an answer was not taken whole by us, though the provider might have sent it whole.
enum class SinkRefusal { none, too_large, store };

class ResponseSink {
 public:
  ResponseSink(connectors::ResponseTarget target, std::uint64_t bytes_max, storage::Blobs& blobs)
      : target_(target), bytes_max_(bytes_max), blobs_(blobs) {}
  ResponseSink(const ResponseSink&) = delete;
  ResponseSink& operator=(const ResponseSink&) = delete;

  void attach(CURL* easy);
  /// Makes a blob durable; false when the store refused it.
  bool finish(connectors::Exchange& exchange);
  /// Status, headers and what of the body came, also of an answer that is not whole.
  void describe(connectors::Exchange& exchange);

  /// The status line of a final answer and all its headers came. libcurl also calls an answer done that was cut there.
  [[nodiscard]] bool head_is_whole() const { return head_is_whole_ && status_ >= 200; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const connectors::Headers& headers() const { return headers_; }
  [[nodiscard]] SinkRefusal refusal() const { return refusal_; }
  [[nodiscard]] std::exception_ptr thrown() const { return thrown_; }

 private:
  static std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* self);

  bool take_header(std::string_view line);
  bool take_body(std::string_view bytes);
  bool store(std::string_view bytes);
  bool refuse(SinkRefusal why);
  /// Only a 2xx answer is what was asked for; an error's text goes to memory, so that the connector can read it.
  [[nodiscard]] bool goes_to_blob() const;

  connectors::ResponseTarget target_;
  std::uint64_t bytes_max_;
  storage::Blobs& blobs_;
  std::unique_ptr<storage::BlobWriter> writer_;
  int status_ = 0;
  connectors::Headers headers_;
  std::size_t header_bytes_ = 0;
  bool head_is_whole_ = false;
  std::string body_;
  std::uint64_t body_bytes_ = 0;
  SinkRefusal refusal_ = SinkRefusal::none;
  std::exception_ptr thrown_;
};

}  // namespace inboxd::transfers
