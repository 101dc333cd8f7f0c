// The admin socket's part of `inboxd backup`: a command asks the daemon, which alone may read its store, for a copy of
// the rows in a folder that the command holds. Verifying and packing are the command's own work.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/http/router.hpp"
#include "schemas/types/result.hpp"

namespace inboxd::http {

enum class CopyStep { none, copying, ready, failed };

struct CopyState {
  CopyStep step = CopyStep::none;
  std::string folder;
  std::uint64_t bytes_done = 0;
  std::uint64_t bytes_total = 0;
  std::string why;  // of failed
};

class CopySource {
 public:
  virtual ~CopySource() = default;
  /// `folder` is a name within the store's directory. Refused while another copy is being made.
  virtual Result<void> begin(const std::string& folder) = 0;
  [[nodiscard]] virtual CopyState state() const = 0;
};

std::string_view word_of(CopyStep step);
void add_copy_routes(Router& router, CopySource& source);

}  // namespace inboxd::http
