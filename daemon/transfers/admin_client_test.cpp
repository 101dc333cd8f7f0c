// The admin socket's client tells "no daemon" from "a daemon that misbehaves", and streams lines.
#include "daemon/transfers/admin_client.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/catch.hpp"
#include "tests/support/scripted_server.hpp"

namespace inboxd::transfers {
namespace {

/// A folder for one socket, gone at the end.
class SocketFolder {
 public:
  SocketFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "inboxd-admin-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SocketFolder() { std::filesystem::remove_all(folder_); }
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;
  [[nodiscard]] std::string path() const { return (folder_ / "admin.sock").string(); }

 private:
  std::filesystem::path folder_;
};

TEST_CASE("a command gets the daemon's status and body", "[admin]") {
  const SocketFolder folder;
  std::string head;
  std::string body;
  {
    ScriptedServer server(
        [&](ScriptedConnection& connection) {
          const auto request = connection.read_request();
          head = request->head;
          body = request->body;
          connection.answer(409, R"({"code":"conflict"})");
        },
        folder.path());
    const AdminClient client(folder.path());
    const auto answer = client.request("POST", "/admin/users?x=1", R"({"email":"a"})");
    CHECK(answer.reach == AdminReach::answered);
    CHECK(answer.status == 409);
    CHECK(answer.body == R"({"code":"conflict"})");
  }
  CHECK(head.starts_with("POST /admin/users?x=1 HTTP/1.1\r\n"));
  CHECK(body == R"({"email":"a"})");
}

TEST_CASE("no socket, and a socket that a dead daemon left, both mean that none runs", "[admin]") {
  const SocketFolder folder;
  const AdminClient client(folder.path());
  CHECK(client.request("GET", "/status").reach == AdminReach::no_daemon);
  {
    ScriptedServer dead([](ScriptedConnection&) {}, folder.path());
  }
  REQUIRE(std::filesystem::exists(folder.path()));
  const auto answer = client.request("GET", "/status");
  CHECK(answer.reach == AdminReach::no_daemon);
  CHECK_FALSE(answer.detail.empty());
  CHECK(client.stream("/tail", [](std::string_view) { return true; }).reach == AdminReach::no_daemon);
}

TEST_CASE("a daemon that hangs up or hangs is there, but broken", "[admin]") {
  const SocketFolder folder;
  const bool hangs = GENERATE(false, true);
  ScriptedServer server(
      [&](ScriptedConnection& connection) {
        connection.read_request();
        if (hangs) connection.wait_until_closed();
      },
      folder.path());
  const AdminClient client(folder.path(), Milliseconds{100});
  CHECK(client.request("GET", "/status").reach == AdminReach::broken);
}

TEST_CASE("lines are handed out as they come, across chunks, until the caller has enough", "[admin]") {
  const SocketFolder folder;
  ScriptedServer server(
      [](ScriptedConnection& connection) {
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        connection.write("4\r\none\n\r\n2\r\ntw\r\n2\r\no\n\r\n6\r\nthree\n\r\n");
        connection.wait_until_closed();
      },
      folder.path());
  std::vector<std::string> lines;
  const auto answer = AdminClient(folder.path()).stream("/tail", [&](std::string_view line) {
    lines.emplace_back(line);
    return lines.size() < 3;
  });
  CHECK(answer.reach == AdminReach::answered);
  CHECK(lines == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("a refused stream is an answer with its body, not lines", "[admin]") {
  const SocketFolder folder;
  ScriptedServer server(
      [](ScriptedConnection& connection) {
        connection.read_request();
        connection.answer(410, "{\n}\n");
      },
      folder.path());
  int lines = 0;
  const auto answer = AdminClient(folder.path()).stream("/tail", [&](std::string_view) { return ++lines > 0; });
  CHECK(answer.status == 410);
  CHECK(answer.body == "{\n}\n");
  CHECK(lines == 0);
}

}  // namespace
}  // namespace inboxd::transfers
