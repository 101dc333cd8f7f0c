#include "daemon/ingest/lmtp/dot_stuffing.hpp"

namespace inboxd::ingest::lmtp {

bool DotStuffedMail::take(std::string_view& bytes, std::string& mail) {
  while (!bytes.empty()) {
    if (place_ == Place::text) {
      const auto plain = bytes.substr(0, bytes.find('\r'));
      mail += plain;
      bytes.remove_prefix(plain.size());
      if (bytes.empty()) break;
    }
    const char byte = bytes.front();
    bytes.remove_prefix(1);
    if (take(byte, mail)) return true;
  }
  return false;
}

bool DotStuffedMail::take(char byte, std::string& mail) {
  switch (place_) {
    case Place::line_begin:
      if (byte == '.') {
        place_ = Place::dot;
        return false;
      }
      break;
    case Place::dot:
      if (byte == '\r') {
        place_ = Place::dot_return;
        return false;
      }
      break;
    case Place::dot_return:
      if (byte == '\n') return true;
      mail += '\r';
      break;
    case Place::text:
      break;
    case Place::text_return:
      if (byte == '\n') {
        mail += byte;
        place_ = Place::line_begin;
        return false;
      }
      break;
  }
  mail += byte;
  place_ = byte == '\r' ? Place::text_return : Place::text;
  return false;
}

}  // namespace inboxd::ingest::lmtp
