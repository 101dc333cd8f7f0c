#include "daemon/app/admin_fields.hpp"

#include <boost/json/parse.hpp>

namespace inboxd::app {

Result<boost::json::object> fields_of(int status, const std::string& body) {
  boost::system::error_code error;
  const auto value = boost::json::parse(body, error);
  const auto* fields = error ? nullptr : value.if_object();
  if (status < 300 && fields != nullptr) return *fields;
  if (status < 300) return Error{ErrorCode::internal, "the daemon's answer is not understood", {}};
  const auto detail = fields != nullptr ? text_in(*fields, "detail") : std::string();
  return Error{status == 503 ? ErrorCode::rate_limited : ErrorCode::internal,
               detail.empty() ? "the daemon answered " + std::to_string(status) : detail,
               {}};
}

std::string text_in(const boost::json::object& fields, std::string_view key) {
  const auto* found = fields.if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::int64_t number_in(const boost::json::object& fields, std::string_view key) {
  const auto* found = fields.if_contains(boost::json::string_view(key.data(), key.size()));
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

}  // namespace inboxd::app
