// A desk with two mailboxes that a mail server hands mail over to, and such a server: a client of the real socket that
// turns the loop while it waits.
#pragma once

#include <chrono>
#include <cstring>
#include <deque>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <boost/asio/io_context.hpp>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "connectors/sdk/factory.hpp"
#include "daemon/ingest/lmtp/listener.hpp"
#include "tests/support/desk.hpp"
#include "tests/support/ingest_observer.hpp"

namespace inboxd::ingest::lmtp {

class MailServer {
 public:
  MailServer(boost::asio::io_context& loop, std::uint16_t port)
      : loop_(loop), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  MailServer(boost::asio::io_context& loop, const std::string& path)
      : loop_(loop), socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    connect(reinterpret_cast<const sockaddr*>(&name), sizeof name);
  }
  ~MailServer() { leave(); }
  MailServer(const MailServer&) = delete;
  MailServer& operator=(const MailServer&) = delete;

  void leave() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  void send(std::string_view bytes) {
    turn([&] {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
      return bytes.empty();
    });
  }
  /// How much of it leaves before nothing moves any more.
  std::size_t send_what_goes(std::string_view bytes) {
    std::size_t all = 0;
    for (int quiet = 0; quiet < 100 && all < bytes.size();) {
      const auto sent = ::send(socket_, bytes.data() + all, bytes.size() - all, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) all += static_cast<std::size_t>(sent);
      loop_.restart();
      const auto handled = loop_.run_one_for(std::chrono::milliseconds{1});
      quiet = sent > 0 || handled > 0 ? 0 : quiet + 1;
    }
    return all;
  }
  /// The next line, without its CRLF; empty at the end of the connection.
  std::string line() {
    turn([&] { return ended_ || heard_.find("\r\n") != std::string::npos || !receive(); });
    const auto end = heard_.find("\r\n");
    if (end == std::string::npos) return {};
    auto line = heard_.substr(0, end);
    heard_.erase(0, end + 2);
    return line;
  }
  /// The last line of an answer.
  std::string answer() {
    auto last = line();
    while (last.size() > 3 && last[3] == '-') last = line();
    return last;
  }
  std::string ask(const std::string& command) {
    send(command + "\r\n");
    return answer();
  }
  void greet() {
    if (!answer().starts_with("220 ") || !ask("LHLO mail.example").starts_with("250 "))
      throw std::runtime_error("not greeted");
  }
  /// The answers to a mail's recipients. `mail` with CRLF and dots as they are to be on the wire.
  std::vector<std::string> hand_over(const std::vector<std::string>& recipients, const std::string& mail) {
    if (!begin(recipients)) return {};
    send(mail + ".\r\n");
    std::vector<std::string> answers;
    for (std::size_t i = 0; i < recipients.size(); ++i) answers.push_back(answer());
    return answers;
  }
  /// Up to DATA's 354.
  bool begin(const std::vector<std::string>& recipients) {
    bool fine = ask("MAIL FROM:<anna@example.com>").starts_with("250 ");
    for (const auto& recipient : recipients) fine = ask("RCPT TO:<" + recipient + ">").starts_with("250 ") && fine;
    return ask("DATA").starts_with("354 ") && fine;
  }
  /// Turns the loop until the condition holds.
  template <class Condition>
  void turn(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("waited in vain");
      loop_.restart();
      loop_.run_one_for(std::chrono::milliseconds{1});
    }
  }

 private:
  void connect(const sockaddr* name, socklen_t size) {
    if (::connect(socket_, name, size) != 0) throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  }
  /// False at the end.
  bool receive() {
    char piece[4096];
    const auto size = ::recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
    if (size > 0) heard_.append(piece, static_cast<std::size_t>(size));
    ended_ = size == 0 || (size < 0 && errno != EAGAIN);
    return !ended_;
  }

  boost::asio::io_context& loop_;
  int socket_;
  std::string heard_;
  bool ended_ = false;
};

struct LmtpDesk : Desk {
  /// `address` of the listener: none, then the test listens.
  explicit LmtpDesk(const std::string& address = "127.0.0.1:0") {
    for (const std::string name : {"support", "sales"}) add_channel(name, mailbox(name));
    if (!address.empty() && !listener.listen(address)) throw std::runtime_error("cannot listen");
  }
  static std::shared_ptr<const connectors::Connector> mailbox(const std::string& name) {
    for (const auto& channel : connectors::channels()) {
      if (channel.name != "email") continue;
      connectors::Settings settings;
      settings.values = {{"address", name + "@shop.example"},
                         {"receive", std::string("lmtp")},
                         {"smtp_url", std::string("smtps://mail.example:465")},
                         {"username", name},
                         {"password", std::string("secret of a mailbox")}};
      settings.signing_key = "key of " + name;
      return std::shared_ptr<const connectors::Connector>(channel.make(settings).value());
    }
    throw std::runtime_error("no email channel");
  }

  std::vector<Message> messages() {
    return read([&](const storage::Tables& tables) {
      std::vector<Message> all;
      for (std::int64_t id = 1; auto found = tables.messages().find(MessageId{id}); ++id) all.push_back(*found);
      return all;
    });
  }
  int counted(const std::string& inbox, RecipientAnswer answer) { return observer.recipients[{inbox, answer}]; }
  void run_work() {
    while (!work.empty()) {
      auto [first, then] = std::move(work.front());
      work.pop_front();
      first();
      then();
    }
  }

  boost::asio::io_context loop{1};
  CountingIngestObserver observer;
  FollowUp follow_up{{readers, transfers, clock, observer, [] {}, {}}};
  bool work_waits = false;
  std::deque<std::pair<std::function<void()>, std::function<void()>>> work;
  std::vector<ConfiguredChannel> disabled;
  Listener listener{
      loop,
      {[this] { return std::make_shared<ConfiguredChannels>(channels()()->all(), disabled); }, bus, blobs, clock,
       [this](std::function<void()> first, std::function<void()> then) {
         work.emplace_back(std::move(first), std::move(then));
         if (!work_waits) run_work();
       },
       follow_up, observer}};
};

}  // namespace inboxd::ingest::lmtp
