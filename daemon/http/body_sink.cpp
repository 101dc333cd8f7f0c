// Blob bytes are gathered into chunks that go to a disk worker one at a time; the sender waits meanwhile, so a
// connection holds at most one chunk and one read.
#include "daemon/http/body_sink.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/http/multipart.hpp"

namespace inboxd::http {

namespace {

/// Bytes given to the disk at once.
constexpr std::size_t chunk_size = std::size_t{256} * 1024;

using Writer = std::shared_ptr<storage::BlobWriter>;

class MemorySink final : public BodySink {
 public:
  asio::awaitable<Result<void>> take(std::string piece) override {
    if (body_.empty())
      body_ = std::move(piece);
    else
      body_.append(piece);
    co_return Result<void>();
  }
  asio::awaitable<Result<Request>> finish(Request request) override {
    request.body = std::move(body_);
    co_return Result<Request>(std::move(request));
  }

 private:
  std::string body_;
};

/// The chunk that gathers and the file that it goes to.
class BlobChunks {
 public:
  BlobChunks(storage::Blobs& blobs, DiskWorkers& disk) : blobs_(blobs), disk_(disk) {}

  std::string& gathering() { return chunk_; }

  asio::awaitable<Result<void>> write_if_large() {
    if (chunk_.size() < chunk_size) co_return Result<void>();
    Result<void> written = co_await write();
    co_return written;
  }

  asio::awaitable<Result<BlobRef>> finish() {
    const Result<void> written = co_await write();
    if (!written) co_return Result<BlobRef>(written.error());
    std::function<Result<BlobRef>()> job = [writer = writer_] { return writer->finish(); };
    Result<BlobRef> finished = co_await disk_.run<BlobRef>(std::move(job));
    co_return finished;
  }

 private:
  asio::awaitable<Result<void>> write() {
    if (!writer_) {
      std::function<Result<Writer>()> create = [this]() -> Result<Writer> {
        auto created = blobs_.create();
        if (!created) return created.error();
        return Writer(std::move(*created));
      };
      Result<Writer> opened = co_await disk_.run<Writer>(std::move(create));
      if (!opened) co_return Result<void>(opened.error());
      writer_ = *opened;
    }
    auto bytes = std::make_shared<std::string>(std::exchange(chunk_, std::string()));
    std::function<Result<void>()> job = [writer = writer_, bytes] { return writer->write(*bytes); };
    Result<void> written = co_await disk_.run<void>(std::move(job));
    co_return written;
  }

  storage::Blobs& blobs_;
  DiskWorkers& disk_;
  std::string chunk_;
  Writer writer_;
};

class BlobSink final : public BodySink {
 public:
  BlobSink(storage::Blobs& blobs, DiskWorkers& disk) : chunks_(blobs, disk) {}

  asio::awaitable<Result<void>> take(std::string piece) override {
    chunks_.gathering().append(piece);
    Result<void> written = co_await chunks_.write_if_large();
    co_return written;
  }
  asio::awaitable<Result<Request>> finish(Request request) override {
    const Result<BlobRef> stored = co_await chunks_.finish();
    if (!stored) co_return Result<Request>(stored.error());
    request.blob = *stored;
    co_return Result<Request>(std::move(request));
  }

 private:
  BlobChunks chunks_;
};

void replace_header(Headers& headers, std::string_view name, std::string value) {
  std::erase_if(headers, [name](const auto& header) { return header.first == name; });
  headers.emplace_back(std::string(name), std::move(value));
}

class MultipartSink final : public BodySink {
 public:
  MultipartSink(std::string_view boundary, storage::Blobs& blobs, DiskWorkers& disk)
      : form_(boundary), chunks_(blobs, disk) {}

  asio::awaitable<Result<void>> take(std::string piece) override {
    Result<void> taken = form_.put(piece, chunks_.gathering());
    if (taken) taken = co_await chunks_.write_if_large();
    co_return taken;
  }
  asio::awaitable<Result<Request>> finish(Request request) override {
    const Result<void> complete = form_.finish();
    if (!complete) co_return Result<Request>(complete.error());
    const Result<BlobRef> stored = co_await chunks_.finish();
    if (!stored) co_return Result<Request>(stored.error());
    request.blob = *stored;
    replace_header(request.headers, "x-file-name", form_.file_name());
    const bool typed = !form_.file_type().empty();
    replace_header(request.headers, "content-type", typed ? form_.file_type() : "application/octet-stream");
    co_return Result<Request>(std::move(request));
  }

 private:
  MultipartParser form_;
  BlobChunks chunks_;
};

}  // namespace

Result<std::unique_ptr<BodySink>> make_body_sink(BodyMode mode, const Request& request, storage::Blobs& blobs,
                                                 DiskWorkers& disk) {
  switch (mode) {
    case BodyMode::memory:
      return std::unique_ptr<BodySink>(std::make_unique<MemorySink>());
    case BodyMode::blob:
      return std::unique_ptr<BodySink>(std::make_unique<BlobSink>(blobs, disk));
    case BodyMode::multipart: {
      const auto boundary = MultipartParser::boundary(request.header("content-type"));
      if (!boundary) return boundary.error();
      return std::unique_ptr<BodySink>(std::make_unique<MultipartSink>(*boundary, blobs, disk));
    }
  }
  return bad_request("The route has no body mode.");
}

}  // namespace inboxd::http
