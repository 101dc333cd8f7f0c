// One connection from its accept to its end: requests one after the other, or a WebSocket. Started by the server;
// speaks to the router's handlers and to nobody else. Pipelined requests wait in the buffer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/http/connection_context.hpp"
#include "daemon/http/request_parser.hpp"
#include "daemon/http/response_head.hpp"
#include "daemon/http/wire.hpp"

namespace inboxd::http {

struct Peer {
  Listener listener = Listener::main;
  std::string address;  // "unix" on a Unix socket
};

class Connection {
 public:
  Connection(std::shared_ptr<Wire> wire, Peer peer, std::shared_ptr<ConnectionContext> context)
      : wire_(std::move(wire)), peer_(std::move(peer)), context_(std::move(context)) {}

  /// Serves until the end; the caller keeps the connection alive.
  asio::awaitable<void> run();
  /// Instead of run(): gives one answer and ends.
  asio::awaitable<void> refuse(Response response);

  [[nodiscard]] Wire& wire() { return *wire_; }
  [[nodiscard]] const Peer& peer() const { return peer_; }
  /// Ends what waits for a request, once its last answer is sent; a running request goes on to its end.
  void drain();
  /// Tells a handler that waits and wants to know it, once its peer has closed. Called by the sweep.
  void notice_peer();

 private:
  enum class Progress { go_on, end };
  /// What reading a body came to: it is all there, the peer is gone, or `refusal` is the answer.
  struct BodyOutcome {
    Progress progress = Progress::go_on;
    std::optional<Response> refusal;
    Request request;
  };

  asio::awaitable<Progress> serve_one();
  asio::awaitable<Progress> read_head();
  asio::awaitable<Progress> fill();
  bool feed();

  asio::awaitable<Progress> route_request(Request request);
  asio::awaitable<Progress> serve_route(const Router::Route* route, Request request);
  asio::awaitable<Progress> upgrade(const Router::Route* route, Request request);
  asio::awaitable<Admission> admit(const Router::Route* route, Request request);
  asio::awaitable<BodyOutcome> read_body(const Router::Route* route, std::uint64_t body_max, Request request);
  asio::awaitable<Response> call(const Router::Route* route, Request request);

  asio::awaitable<Progress> respond(Response response);
  /// Tells whoever counts, once per request.
  void count_answer(int status);
  asio::awaitable<Progress> send_blob(std::shared_ptr<storage::BlobReader> blob, ByteRange part);
  asio::awaitable<Progress> wait_for_queue();
  asio::awaitable<void> linger();

  [[nodiscard]] Result<Request> make_request() const;
  [[nodiscard]] std::string_view unread() const { return {buffer_.data() + begin_, end_ - begin_}; }
  [[nodiscard]] Persistence persistence() const;

  std::shared_ptr<Wire> wire_;
  Peer peer_;
  std::shared_ptr<ConnectionContext> context_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of what was read and not parsed yet
  std::size_t end_ = 0;
  std::unique_ptr<RequestParser> parser_;
  const Router::Route* route_ = nullptr;               // of the request under way
  std::optional<Wire::SteadyTime> head_read_at_ = {};  // of the request that is not counted yet
  std::shared_ptr<PeerWatch> peer_watch_;              // of the handler under way
  bool first_request_ = true;
  bool idle_ = false;  // between requests, with nothing of the next one received
};

}  // namespace inboxd::http
