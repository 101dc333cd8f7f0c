// Bodies into blobs, forms, and blobs as answers, over real sockets.
#include "tests/support/catch.hpp"
#include "tests/support/test_server.hpp"

using namespace inboxd;
using namespace inboxd::http;
using namespace inboxd::http::test;

namespace {

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
  return out;
}

void add_upload(TestServer& test, BodyMode mode) {
  RouteOptions options;
  options.body = mode;
  options.body_max = 4U << 20U;
  test.router.add("POST", "/upload", options, [](Request request, Responder respond) {
    respond(json(201, request.blob->hash + " " + std::to_string(request.blob->size) + " " +
                          std::string(request.header("x-file-name")) + " " +
                          std::string(request.header("content-type"))));
  });
}

std::string form(const std::string& file) {
  return "--xyz\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nignored\r\n--xyz\r\n"
         "Content-Disposition: form-data; name=\"file\"; filename=\"f\"; filename*=UTF-8''na%C3%AFve.png\r\n"
         "Content-Type: image/png\r\n\r\n" +
         file + "\r\n--xyz--\r\n";
}

}  // namespace

TEST_CASE("a body goes to a blob in pieces") {
  TestServer test;
  add_upload(test, BodyMode::blob);
  REQUIRE(test.start());
  Client client(test.port());
  const std::string bytes = pattern(3'000'000);
  const Answer answer = client.post("/upload", bytes, "Content-Type: image/png\r\nX-File-Name: a.png\r\n");
  CHECK(answer.status == 201);
  CHECK(answer.body == "blob0 3000000 a.png image/png");
  CHECK(test.blobs.content("blob0") == bytes);
  CHECK(client.post("/upload", "", "").body.substr(0, 7) == "blob1 0");
}

TEST_CASE("the file of a form goes to a blob with its name and type") {
  TestServer test;
  add_upload(test, BodyMode::multipart);
  REQUIRE(test.start());
  Client client(test.port());
  const std::string bytes = pattern(1'000'000);
  const std::string type = "Content-Type: multipart/form-data; boundary=xyz\r\nX-File-Name: forged\r\n";
  CHECK(client.post("/upload", form(bytes), type).body == "blob0 1000000 na\xC3\xAFve.png image/png");
  CHECK(test.blobs.content("blob0") == bytes);
}

TEST_CASE("forms that are none, have no file, break off or are too large leave nothing behind") {
  TestServer test;
  add_upload(test, BodyMode::multipart);
  REQUIRE(test.start());
  const std::string type = "Content-Type: multipart/form-data; boundary=xyz\r\n";
  CHECK(Client(test.port()).post("/upload", "{}", "Content-Type: application/json\r\n").status == 400);
  CHECK(Client(test.port()).post("/upload", "--xyz--\r\n", type).status == 400);
  const std::string whole = form(std::string(600'000, 'x'));
  CHECK(Client(test.port()).post("/upload", whole.substr(0, 500'000), type).status == 400);
  CHECK(Client(test.port()).post("/upload", form(std::string(5'000'000, 'x')), type).status == 413);
  Client leaver(test.port());
  leaver.send("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n" + type + "\r\n" + whole);
  leaver.close();
  test.wait_until_empty();
  // The disk's thread drops the last one after its connection is gone; a writer left behind ends the test by its
  // time-out.
  for (int left = test.blobs.writers; left != 0; left = test.blobs.writers) test.blobs.writers.wait(left);
  CHECK(test.blobs.writers == 0);
}

TEST_CASE("a blob is streamed whole, in part, and refused beyond its end") {
  TestServer test;
  const std::string bytes = pattern(2'000'000);
  const std::string hash = test.blobs.put(bytes);
  test.router.add("GET", "/media", {}, [&test, hash](Request, Responder respond) {
    Response response;
    response.headers = {{"content-type", "video/mp4"}, {"etag", "\"1\""}};
    response.blob = test.blobs.open(hash);
    respond(std::move(response));
  });
  REQUIRE(test.start());
  Client client(test.port());
  const Answer whole = client.get("/media");
  CHECK(whole.status == 200);
  CHECK(whole.body == bytes);
  CHECK(whole.has("accept-ranges: bytes\r\n"));
  const Answer part = client.get("/media", "Range: bytes=1000000-1000009\r\n");
  CHECK(part.status == 206);
  CHECK(part.body == bytes.substr(1'000'000, 10));
  CHECK(part.has("content-range: bytes 1000000-1000009/2000000\r\n"));
  CHECK(client.get("/media", "Range: bytes=-5\r\n").body == bytes.substr(1'999'995));
  CHECK(client.get("/media", "Range: bytes=1999999-\r\nIf-Range: \"1\"\r\n").body == bytes.substr(1'999'999));
  CHECK(client.get("/media", "Range: bytes=0-1\r\nIf-Range: \"2\"\r\n").status == 200);
  CHECK(client.get("/media", "Range: bytes=0-1,5-6\r\n").status == 200);
  const Answer beyond = client.get("/media", "Range: bytes=2000000-\r\n");
  CHECK(beyond.status == 416);
  CHECK(beyond.has("content-range: bytes */2000000\r\n"));
}

TEST_CASE("a peer that does not take its answer is cut") {
  TestServer test;
  test.options.timeouts.body = Milliseconds{60};
  std::promise<void> asked;
  test.router.add("GET", "/large", {}, [&asked](Request, Responder respond) {
    respond(json(200, std::string(30'000'000, 'x')));
    asked.set_value();
  });
  REQUIRE(test.start());
  Client client(test.port());
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
  asked.get_future().get();
  test.wait_until_empty();
  CHECK_THROWS(client.answer());  // after what the kernel had taken
}
