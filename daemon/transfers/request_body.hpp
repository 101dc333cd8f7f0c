// What a transfer sends: its body handed to libcurl, blobs streamed from the store in curl's thread. Lives as long as
// the transfer; never reads a blob whole into memory.
#pragma once

#include <deque>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <curl/curl.h>

#include "connectors/sdk/transfer.hpp"
#include "daemon/transfers/curl_handles.hpp"
#include "storage/blobs.hpp"

namespace inboxd::transfers {

class RequestBody {
 public:
  /// `body` outlives this.
  RequestBody(const connectors::TransferBody& body, const storage::Blobs& blobs) : body_(body), blobs_(blobs) {}
  RequestBody(const RequestBody&) = delete;
  RequestBody& operator=(const RequestBody&) = delete;

  /// Opens the blobs and sets method and body. False: a blob is not in the store, and nothing may be sent.
  bool attach(CURL* easy, const std::string& method);
  /// The Content-Type that the body brings; empty for forms (libcurl writes it with its boundary) and no body.
  [[nodiscard]] std::string content_type() const;
  /// What the store threw while a blob was read.
  [[nodiscard]] std::exception_ptr thrown() const { return thrown_; }

 private:
  struct Stream {
    std::unique_ptr<storage::BlobReader> reader;
    RequestBody* owner = nullptr;
  };

  Stream* open(const BlobRef& blob);
  bool attach_form(CURL* easy, const connectors::FormBody& form);
  bool attach_blob(CURL* easy, const connectors::BlobBody& body);
  static std::size_t read_stream(char* buffer, std::size_t size, std::size_t count, void* stream);
  static int seek_stream(void* stream, curl_off_t offset, int origin);

  const connectors::TransferBody& body_;
  const storage::Blobs& blobs_;
  std::deque<Stream> streams_;  // addresses stay valid while fields are added
  MimeHandle mime_;
  std::exception_ptr thrown_;
};

}  // namespace inboxd::transfers
