// Calling the handler, sending its answer, and the end of a connection.
#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/http/connection.hpp"
#include "daemon/http/wire_awaits.hpp"

namespace inboxd::http {

namespace {
/// Blob bytes read from the disk at once.
constexpr std::size_t chunk_size = std::size_t{128} * 1024;
/// With more in the queue the connection waits until the peer has read it.
constexpr std::size_t unsent_max = std::size_t{256} * 1024;

/// What a responder stands for: the first answer counts, and none at all is a 500.
class PendingAnswer {
 public:
  explicit PendingAnswer(std::function<void(Response)> done) : done_(std::move(done)) {}
  ~PendingAnswer() { give(problem({ErrorCode::internal, "The request was not answered.", {}})); }
  PendingAnswer(const PendingAnswer&) = delete;
  PendingAnswer& operator=(const PendingAnswer&) = delete;

  void give(Response response) {
    if (const auto done = std::exchange(done_, nullptr)) done(std::move(response));
  }

 private:
  std::function<void(Response)> done_;
};

bool bodiless(int status) { return status == 204 || status == 304; }

std::string_view answer_header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return {};
}
}  // namespace

asio::awaitable<Response> Connection::call(const Router::Route* route, Request request) {
  peer_watch_ = std::make_shared<PeerWatch>();
  request.peer = peer_watch_;
  auto held = std::make_shared<Request>(std::move(request));
  Start<Response> start = [this, route, held](std::function<void(Response)> done) {
    const auto pending = std::make_shared<PendingAnswer>(std::move(done));
    const std::string path = held->path;
    try {
      route->handler(std::move(*held), [pending](Response response) { pending->give(std::move(response)); });
    } catch (const std::exception& error) {
      if (context_->report) context_->report("handler of " + route->method + " " + path + ": " + error.what());
      pending->give(problem({ErrorCode::internal, "The request failed.", {}}));
    }
  };
  Response response = co_await completion<Response>(std::move(start));
  peer_watch_.reset();
  co_return response;
}

void Connection::notice_peer() {
  const auto watch = peer_watch_;
  if (watch && watch->watched() && wire_->peer_closed()) watch->tell();
}

void Connection::count_answer(int status) {
  if (!head_read_at_ || !context_->options.observe) return;
  const auto took = std::chrono::steady_clock::now() - *std::exchange(head_read_at_, std::nullopt);
  ServedRequest served{peer_.listener, {}, {}, status, std::chrono::duration_cast<std::chrono::microseconds>(took)};
  if (route_ != nullptr) {
    served.method = route_->method;
    served.pattern = route_->pattern;
  }
  context_->options.observe(served);
}

asio::awaitable<Connection::Progress> Connection::respond(Response response) {
  const bool head_only = parser_ && parser_->head().method == "HEAD";
  ByteRange part{0, response.blob ? response.blob->size() : response.body.size()};
  if (response.blob && response.status == 200) {
    response.headers.emplace_back("accept-ranges", "bytes");
    const std::string_view condition = parser_ ? parser_->head().header("if-range") : "";
    const bool applies = condition.empty() || condition == answer_header(response, "etag");
    const std::string size = std::to_string(part.count);
    switch (applies && parser_ ? read_range(parser_->head().header("range"), part.count, part) : RangeAnswer::whole) {
      case RangeAnswer::whole:
        break;
      case RangeAnswer::part:
        response.status = 206;
        response.headers.emplace_back("content-range", "bytes " + std::to_string(part.first) + "-" +
                                                           std::to_string(part.first + part.count - 1) + "/" + size);
        break;
      case RangeAnswer::unsatisfiable:
        response.status = 416;
        response.headers.emplace_back("content-range", "bytes */" + size);
        response.blob.reset();
        part = {};
        break;
    }
  }
  count_answer(response.status);
  const HeadOptions options{context_->options.server_header, context_->clock.now(), part.count, persistence()};
  append_head(wire_->outgoing(), response, options);
  const bool with_body = !head_only && !bodiless(response.status);
  if (with_body && !response.blob) wire_->outgoing().append(response.body);
  wire_->flush_later();
  Progress progress = Progress::go_on;
  if (with_body && response.blob)
    progress = co_await send_blob(std::move(response.blob), part);
  else if (wire_->unsent() > unsent_max)
    progress = co_await wait_for_queue();
  co_return progress;
}

asio::awaitable<Connection::Progress> Connection::wait_for_queue() {
  wire_->expires_without_progress(context_->options.timeouts.body);
  const Received sent = co_await drained(wire_);
  wire_->expires_never();
  co_return sent.error ? Progress::end : Progress::go_on;
}

/// The length is promised already: a blob that cannot be read to its end cuts the connection, so that the peer knows.
asio::awaitable<Connection::Progress> Connection::send_blob(std::shared_ptr<storage::BlobReader> blob, ByteRange part) {
  auto chunk = std::make_shared<std::string>();
  std::uint64_t sought = part.first;
  while (part.count > 0) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(part.count, chunk_size));
    std::function<Result<std::size_t>()> job = [blob, chunk, wanted, sought]() -> Result<std::size_t> {
      chunk->resize(wanted);
      const Result<void> positioned = sought > 0 ? blob->seek(sought) : Result<void>();
      if (!positioned) return positioned.error();
      return blob->read({chunk->data(), wanted});
    };
    sought = 0;
    const Result<std::size_t> read = co_await context_->disk.run<std::size_t>(std::move(job));
    const bool broken = !read || *read == 0;
    if (broken && context_->report) context_->report("answer: a blob ended early");
    if (broken || wire_->aborted()) co_return Progress::end;
    wire_->append(std::string_view(*chunk).substr(0, *read));
    part.count -= *read;
    const Progress sent = co_await wait_for_queue();
    if (sent == Progress::end) co_return Progress::end;
  }
  co_return Progress::go_on;
}

/// Ends our direction and reads on for a while: closing with unread bytes would reset the connection, and the peer
/// would lose the answer (RFC 9112, section 9.6).
asio::awaitable<void> Connection::linger() {
  const Progress sent = co_await wait_for_queue();
  if (sent == Progress::end) co_return;
  wire_->finish_sending();
  if (parser_ && parser_->done() && unread().empty()) co_return;
  wire_->expires_after(context_->options.timeouts.discard);
  std::uint64_t discarded = 0;
  while (discarded < context_->options.discard_max) {
    begin_ = end_ = 0;
    const Progress filled = co_await fill();
    if (filled == Progress::end) co_return;
    discarded += end_;
  }
}

}  // namespace inboxd::http
