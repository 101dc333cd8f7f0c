// The text of a mail on its way to an SMTP server: pieces as they stand, blobs as base64 (RFC 2045 6.8), a little at a
// time. Read by libcurl in curl's thread; never holds a blob whole, never doubles dots (libcurl does).
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "connectors/sdk/transfer.hpp"
#include "storage/blobs.hpp"

namespace inboxd::transfers {

class MailSource {
 public:
  /// `parts` outlives this.
  MailSource(const std::vector<connectors::MailPart>& parts, const storage::Blobs& blobs)
      : parts_(parts), blobs_(blobs) {}
  MailSource(const MailSource&) = delete;
  MailSource& operator=(const MailSource&) = delete;

  /// False: a blob is not in the store, and nothing may be sent.
  bool open();
  void attach(CURL* easy);
  /// libcurl has the whole mail, so the final dot may have left. It does not always ask once more: it was told the
  /// size.
  [[nodiscard]] bool ended() const { return size_ == read_; }
  [[nodiscard]] std::exception_ptr thrown() const { return thrown_; }

 private:
  [[nodiscard]] std::uint64_t size() const;
  std::size_t read(char* into, std::size_t room);
  bool encode_more(storage::BlobReader& blob);
  static std::size_t on_read(char* buffer, std::size_t size, std::size_t count, void* self);

  const std::vector<connectors::MailPart>& parts_;
  const storage::Blobs& blobs_;
  std::vector<std::unique_ptr<storage::BlobReader>> readers_;  // by part; null for text
  std::size_t part_ = 0;
  std::size_t at_ = 0;      // within the part's text, or within `encoded_`
  std::string encoded_;     // of a blob, not yet read
  std::uint64_t size_ = 0;  // known once attached
  std::uint64_t read_ = 0;
  std::exception_ptr thrown_;
};

}  // namespace inboxd::transfers
