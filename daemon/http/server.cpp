// The server as the application sees it; the work is done by Acceptors.
#include "daemon/http/server.hpp"

#include <utility>

#include "daemon/http/acceptors.hpp"

namespace inboxd::http {

Server::Server(boost::asio::io_context& loop, const Router& router, storage::Blobs& blobs, Clock& clock,
               ServerOptions options, std::function<void(std::string_view)> report)
    : acceptors_(std::make_shared<Acceptors>(
          loop, std::make_shared<ConnectionContext>(router, blobs, clock, std::move(options), std::move(report)))) {}

Server::~Server() { acceptors_->abandon(); }

Result<void> Server::listen() { return acceptors_->listen(); }
std::uint16_t Server::local_port(Listener listener) const { return acceptors_->local_port(listener); }
std::size_t Server::connections() const { return acceptors_->connections(); }
void Server::stop_accepting() { acceptors_->stop(); }
void Server::drain(Milliseconds deadline, std::function<void()> done) { acceptors_->drain(deadline, std::move(done)); }
Result<std::function<void()>> Server::prepare(const ServerReload& fresh) { return acceptors_->prepare(fresh); }

}  // namespace inboxd::http
