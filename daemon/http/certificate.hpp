// The server's TLS settings: certificate, key, versions, ALPN. Used by the server.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/ssl/context.hpp>

#include "schemas/types/result.hpp"

namespace inboxd::http {

/// PEM files; the certificate's may hold the chain. TLS 1.2 at least.
Result<std::shared_ptr<boost::asio::ssl::context>> load_certificate(const std::string& certificate,
                                                                    const std::string& key);

}  // namespace inboxd::http
