// append → (write in the background)* → finish → read in the background → done.
#include "daemon/ingest/stream_original.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "storage/store.hpp"

namespace inboxd::ingest {
namespace {

/// A write in the background is worth its way there.
constexpr std::size_t piece_size = 128U << 10U;

class MemorySource final : public connectors::OriginalSource {
 public:
  explicit MemorySource(const std::string& bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<std::size_t> read(std::span<char> into) override {
    const auto count = std::min(into.size(), bytes_.size() - at_);
    std::copy_n(bytes_.data() + at_, count, into.data());
    at_ += count;
    return count;
  }
  Result<void> seek(std::uint64_t offset) override {
    if (offset > bytes_.size()) return bad_request("beyond the original's end");
    at_ = static_cast<std::size_t>(offset);
    return {};
  }

 private:
  const std::string& bytes_;
  std::size_t at_ = 0;
};

class BlobSource final : public connectors::OriginalSource {
 public:
  explicit BlobSource(std::unique_ptr<storage::BlobReader> reader) : reader_(std::move(reader)) {}
  [[nodiscard]] std::uint64_t size() const override { return reader_->size(); }
  Result<std::size_t> read(std::span<char> into) override { return reader_->read(into); }
  Result<void> seek(std::uint64_t offset) override { return reader_->seek(offset); }

 private:
  std::unique_ptr<storage::BlobReader> reader_;
};

class BlobSink final : public connectors::PartSink {
 public:
  explicit BlobSink(storage::Blobs& blobs) : blobs_(blobs) {}
  Result<void> begin() override {
    auto writer = blobs_.create();
    if (!writer) return writer.error();
    writer_ = std::move(writer).value();
    return {};
  }
  Result<void> write(std::span<const char> bytes) override { return writer_->write(bytes); }
  Result<BlobRef> end() override { return std::exchange(writer_, nullptr)->finish(); }

 private:
  storage::Blobs& blobs_;
  std::unique_ptr<storage::BlobWriter> writer_;
};

}  // namespace

/// The workers' side.
class StreamOriginal::Spool {
 public:
  explicit Spool(storage::Blobs& blobs) : blobs_(blobs) {}

  void write(const std::string& bytes) {
    guarded([&] {
      if (outcome.failure) return;
      if (!writer_) {
        auto writer = blobs_.create();
        if (!writer) return fail(writer.error());
        writer_ = std::move(writer).value();
      }
      if (const auto written = writer_->write(bytes); !written) fail(written.error());
    });
  }
  void read(const std::vector<Reading>& readings, std::string rest) {
    guarded([&] {
      if (outcome.failure) return;
      if (!writer_ && !outcome.blob) {
        outcome.raw = std::move(rest);
        MemorySource source(outcome.raw);
        return understand(readings, source);
      }
      if (writer_) {
        auto blob = writer_->finish();
        if (!blob) return fail(blob.error());
        outcome.blob = *blob;
      }
      auto bytes = blobs_.open(outcome.blob->hash);
      if (!bytes) return fail({ErrorCode::storage_unavailable, "an original that was just written is gone", {}});
      BlobSource source(std::move(bytes));
      understand(readings, source);
    });
  }
  [[nodiscard]] std::exception_ptr broken() const { return broken_; }

  Outcome outcome;

 private:
  void fail(Error error) { outcome.failure = std::move(error); }
  void understand(const std::vector<Reading>& readings, connectors::OriginalSource& source) {
    for (const auto& reading : readings) {
      if (const auto begun = source.seek(0); !begun) return fail(begun.error());
      if (const auto read = understand(reading, source); !read) return fail(read.error());
    }
  }
  Result<void> understand(const Reading& reading, connectors::OriginalSource& source) {
    BlobSink parts(blobs_);
    Understood understood;
    try {
      auto inbound = reading.reader->read_original(source, reading.context, parts);
      if (!inbound) return inbound.error();
      understood.inbound = std::move(inbound).value();
    } catch (const storage::StorageFailure&) {
      throw;
    } catch (const std::exception& bug) {
      understood.parser_failure = bug.what();
      understood.inbound.malformed = std::string("the channel's code failed on it: ") + bug.what();
    }
    outcome.understood.push_back(std::move(understood));
    return {};
  }
  /// A broken machine is told on the net thread, as everywhere.
  template <class Work>
  void guarded(Work work) {
    try {
      work();
    } catch (const storage::StorageFailure& failure) {
      fail({ErrorCode::storage_unavailable, failure.what(), {}});
      if (failure.kind() != storage::FailureKind::unavailable) broken_ = std::current_exception();
    }
  }

  storage::Blobs& blobs_;
  std::unique_ptr<storage::BlobWriter> writer_;
  std::exception_ptr broken_;
};

StreamOriginal::StreamOriginal(storage::Blobs& blobs, command_bus::RunInBackground background,
                               std::function<void()> changed)
    : background_(std::move(background)), changed_(std::move(changed)), spool_(std::make_shared<Spool>(blobs)) {}

void StreamOriginal::append(const std::string& bytes) {
  held_ += bytes.size();
  waiting_ += bytes;
  if (waiting_.size() > original_in_memory_max) spilled_ = true;
  if (spilled_ && waiting_.size() >= piece_size) write_waiting();
}

void StreamOriginal::take_blob(BlobRef blob) { spool_->outcome.blob = std::move(blob); }

void StreamOriginal::write_waiting() {
  if (writing_) return;
  writing_ = true;
  auto piece = std::make_shared<const std::string>(std::exchange(waiting_, {}));
  background_([spool = spool_, piece] { spool->write(*piece); }, lifetime_.guard([this, size = piece->size()] {
    writing_ = false;
    held_ -= size;
    if (spool_->broken()) std::rethrow_exception(spool_->broken());
    changed_();
    if (waiting_.size() >= piece_size || (!readings_.empty() && !waiting_.empty())) {
      write_waiting();
    } else if (!readings_.empty()) {
      read();
    }
  }));
}

void StreamOriginal::finish(std::shared_ptr<const ConfiguredChannels> channels, std::vector<Reading> readings,
                            std::function<void()> done) {
  channels_ = std::move(channels);
  readings_ = std::move(readings);
  done_ = std::move(done);
  if (writing_) return;
  if (spilled_ && !waiting_.empty()) return write_waiting();
  read();
}

void StreamOriginal::read() {
  auto rest = std::make_shared<std::string>(std::exchange(waiting_, {}));
  background_(
      [spool = spool_, channels = channels_, readings = readings_, rest] { spool->read(readings, std::move(*rest)); },
      lifetime_.guard([this] {
        if (spool_->broken()) std::rethrow_exception(spool_->broken());
        // Who hears it may drop this.
        const auto done = std::move(done_);
        done();
      }));
}

StreamOriginal::Outcome StreamOriginal::take_outcome() { return std::move(spool_->outcome); }

}  // namespace inboxd::ingest
