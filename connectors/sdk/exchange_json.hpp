// The finished steps of a send as JSON text, so that a restart goes on from there. Blobs are named by hash and size;
// bodies are small texts: bytes that are not UTF-8 become U+FFFD.
#pragma once

#include <string>
#include <string_view>

#include "connectors/sdk/transfer.hpp"
#include "schemas/types/enum_names.hpp"

namespace inboxd {

template <>
struct EnumNames<connectors::TransferFailure> {
  static constexpr std::array<std::pair<connectors::TransferFailure, std::string_view>, 5> table{{
      {connectors::TransferFailure::none, "none"},
      {connectors::TransferFailure::not_sent, "not_sent"},
      {connectors::TransferFailure::lost, "lost"},
      {connectors::TransferFailure::too_large, "too_large"},
      {connectors::TransferFailure::blob_gone, "blob_gone"},
  }};
};

}  // namespace inboxd

namespace inboxd::connectors {

/// Empty for no exchanges. Confidential ones are left out.
std::string exchanges_to_text(const Exchanges& exchanges);
/// Reads what exchanges_to_text wrote; anything else is no exchanges.
Exchanges exchanges_from_text(std::string_view text);

}  // namespace inboxd::connectors
