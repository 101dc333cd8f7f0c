// An HTTP server in a thread of its own, blobs in memory, and a blocking client that speaks bytes. Used by the tests of
// daemon/http; never linked into the program.
#pragma once

#include <atomic>
#include <cstring>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/http/server.hpp"

namespace inboxd::http::test {

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return from_unix_seconds(784111777); }
  [[nodiscard]] Milliseconds steady_now() const override { return Milliseconds{0}; }
  [[nodiscard]] std::unique_ptr<Wait> after(Milliseconds, std::function<void()>) override { return nullptr; }
};

class MemoryBlobs final : public storage::Blobs {
 public:
  class Writer final : public storage::BlobWriter {
   public:
    explicit Writer(MemoryBlobs& blobs) : blobs_(blobs) { ++blobs_.writers; }
    ~Writer() override {
      --blobs_.writers;
      blobs_.writers.notify_all();
    }
    Result<void> write(std::span<const char> bytes) override {
      bytes_.append(bytes.data(), bytes.size());
      return {};
    }
    Result<BlobRef> finish() override {
      const std::lock_guard lock(blobs_.mutex_);
      std::string hash = "blob" + std::to_string(blobs_.stored_.size());
      const std::uint64_t size = bytes_.size();
      blobs_.stored_[hash] = std::move(bytes_);
      return BlobRef{std::move(hash), size};
    }

   private:
    MemoryBlobs& blobs_;
    std::string bytes_;
  };
  class Reader final : public storage::BlobReader {
   public:
    explicit Reader(std::string bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
    Result<std::size_t> read(std::span<char> into) override {
      const std::size_t size = std::min(into.size(), bytes_.size() - at_);
      std::memcpy(into.data(), bytes_.data() + at_, size);
      at_ += size;
      return size;
    }
    Result<void> seek(std::uint64_t offset) override {
      at_ = offset;
      return {};
    }

   private:
    std::string bytes_;
    std::size_t at_ = 0;
  };

  Result<std::unique_ptr<storage::BlobWriter>> create() override {
    return std::unique_ptr<storage::BlobWriter>(std::make_unique<Writer>(*this));
  }
  [[nodiscard]] std::unique_ptr<storage::BlobReader> open(std::string_view hash) const override {
    const std::lock_guard lock(mutex_);
    const auto found = stored_.find(std::string(hash));
    if (found == stored_.end()) return nullptr;
    return std::make_unique<Reader>(found->second);
  }
  Result<bool> remove(std::string_view) override { return true; }
  [[nodiscard]] bool written_lately(std::string_view) const override { return false; }
  void age_writes() override {}

  std::string content(const std::string& hash) const {
    const std::lock_guard lock(mutex_);
    return stored_.at(hash);
  }
  std::string put(std::string bytes) {
    const std::lock_guard lock(mutex_);
    std::string hash = "blob" + std::to_string(stored_.size());
    stored_[hash] = std::move(bytes);
    return hash;
  }

  std::atomic<int> writers{0};

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string> stored_;
};

/// Routes are added to `router` before start().
class TestServer {
 public:
  TestServer() { options.listeners.push_back({Listener::main, "127.0.0.1:0", {}}); }
  ~TestServer() { stop(); }
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  Result<void> start() {
    server = std::make_unique<Server>(loop, router, blobs, clock, options, [this](std::string_view line) {
      const std::lock_guard lock(mutex_);
      reports_.emplace_back(line);
    });
    Result<void> opened = server->listen();
    if (opened) thread_ = std::thread([this] { loop.run(); });
    return opened;
  }
  void stop() {
    if (!thread_.joinable()) return;
    asio_post([this] { server.reset(); });
    thread_.join();
  }
  /// Runs `call` on the net thread and waits for it.
  template <class Call>
  auto on_net(Call call) {
    std::packaged_task<decltype(call())()> task(std::move(call));
    auto outcome = task.get_future();
    boost::asio::post(loop, std::move(task));
    return outcome.get();
  }
  std::uint16_t port(Listener listener = Listener::main) {
    return on_net([this, listener] { return server->local_port(listener); });
  }
  void wait_until_empty() {
    while (on_net([this] { return server->connections(); }) > 0) std::this_thread::yield();
  }
  std::vector<std::string> reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }

  boost::asio::io_context loop{1};
  Router router;
  MemoryBlobs blobs;
  FixedClock clock;
  ServerOptions options;
  std::unique_ptr<Server> server;

 private:
  void asio_post(std::function<void()> call) { boost::asio::post(loop, std::move(call)); }

  std::mutex mutex_;
  std::vector<std::string> reports_;
  std::thread thread_;
};

struct Answer {
  int status = 0;
  std::string head;
  std::string body;
  [[nodiscard]] bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

/// Waits at most 10 s for anything.
class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  explicit Client(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    connect(reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  /// All of it, though the server may refuse meanwhile.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0) throw std::runtime_error(std::string("send: ") + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  /// Reads more; false at the end of the stream.
  bool receive() {
    char piece[65536];
    const ssize_t size = ::recv(socket_, piece, sizeof piece, 0);
    if (size < 0 && errno == ECONNRESET) return false;
    if (size < 0) throw std::runtime_error(std::string("receive: ") + std::strerror(errno));
    input.append(piece, static_cast<std::size_t>(size));
    return size > 0;
  }
  bool at_end() {
    while (receive()) {
    }
    return true;
  }
  std::string take(std::size_t size) {
    while (input.size() < size)
      if (!receive()) throw std::runtime_error("the connection ended");
    std::string taken = input.substr(0, size);
    input.erase(0, size);
    return taken;
  }
  [[nodiscard]] int descriptor() const { return socket_; }
  enum class Body { expected, none };
  Answer answer(Body body = Body::expected) {
    std::size_t end = 0;
    while ((end = input.find("\r\n\r\n")) == std::string::npos)
      if (!receive()) throw std::runtime_error("the connection ended");
    Answer read;
    read.head = take(end + 4);
    read.status = std::stoi(read.head.substr(9, 3));
    const std::size_t length = read.head.find("Content-Length: ");
    if (body == Body::expected && length != std::string::npos)
      read.body = take(std::stoul(read.head.substr(length + 16)));
    return read;
  }
  Answer get(const std::string& target, const std::string& headers = "") {
    send("GET " + target + " HTTP/1.1\r\nHost: test\r\n" + headers + "\r\n");
    return answer();
  }
  Answer post(const std::string& target, const std::string& body, const std::string& headers = "") {
    send("POST " + target + " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body);
    return answer();
  }

  std::string input;

 private:
  void connect(const sockaddr* name, socklen_t size) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket_, name, size) != 0) throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }

  int socket_;
};

}  // namespace inboxd::http::test
