// What a part's own header says of its content (RFC 2045, RFC 2183, RFC 2231). Used by divide(). Pure.
#pragma once

#include <string>
#include <string_view>

#include "connectors/email/mail/fields.hpp"

namespace inboxd::connectors::email {

enum class Disposition { none, shown, attached };

struct ContentHead {
  std::string type = "text";  // lower case, as subtype
  std::string subtype = "plain";
  std::string charset;
  std::string boundary;
  std::string report_type;
  std::string encoding;
  std::string name;        // decoded, not yet safe for a file
  std::string content_id;  // without angle brackets
  Disposition disposition = Disposition::none;
  bool flowed = false;  // RFC 3676
  bool delete_space = false;

  [[nodiscard]] bool is(std::string_view wanted_type, std::string_view wanted_subtype) const {
    return type == wanted_type && subtype == wanted_subtype;
  }
  [[nodiscard]] std::string mime() const { return type + '/' + subtype; }
};

/// `digest`: the part lies in a multipart/digest, where what says nothing is a message.
ContentHead content_head(const Fields& fields, bool digest);

}  // namespace inboxd::connectors::email
