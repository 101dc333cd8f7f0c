// Blobs: named by what they hold, there as a whole or not at all.
#include "storage/blobs/file_blobs.hpp"

#include <array>
#include <fstream>

#include "tests/storage_conformance/back_ends.hpp"
#include "tests/support/catch.hpp"

namespace inboxd::storage {
namespace {

const std::string abc_hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4

struct Folder {
  BlobRef put(std::string_view bytes) {
    auto writer = std::move(blobs->create().value());
    for (const char byte : bytes) REQUIRE(writer->write({&byte, 1}));
    return writer->finish().value();
  }
  std::string get(std::string_view hash) {
    const auto reader = blobs->open(hash);
    if (!reader) return "(absent)";
    std::string bytes(reader->size(), '\0');
    bytes.resize(reader->read(bytes).value());
    return bytes;
  }
  /// As if nothing had been written for long.
  void settle() {
    blobs->age_writes();
    blobs->age_writes();
  }
  std::size_t unfinished() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path / "unfinished"), std::filesystem::directory_iterator()));
  }

  conformance::TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "blobs";
  std::unique_ptr<Blobs> blobs = open_file_blobs(path);
};

}  // namespace

TEST_CASE("a blob is named by its SHA-256 and read back whole", "[storage]") {
  Folder f;
  CHECK(f.put("abc") == BlobRef{abc_hash, 3});
  CHECK(f.get(abc_hash) == "abc");
  CHECK(std::filesystem::exists(f.path / abc_hash.substr(0, 2) / abc_hash.substr(2)));
  CHECK(f.put("abc").hash == abc_hash);
  CHECK(f.put("").size == 0);
  CHECK(f.unfinished() == 0);
}

TEST_CASE("a writer dropped before its end leaves nothing behind", "[storage]") {
  Folder f;
  {
    auto writer = std::move(f.blobs->create().value());
    REQUIRE(writer->write(std::string_view("abc")));
    CHECK(f.unfinished() == 1);
  }
  CHECK(f.unfinished() == 0);
  CHECK(f.get(abc_hash) == "(absent)");
}

TEST_CASE("what a crash left unfinished goes when the store opens; blobs stay", "[storage]") {
  Folder f;
  f.put("abc");
  std::ofstream(f.path / "unfinished" / "left") << "half";
  f.blobs = open_file_blobs(f.path);
  CHECK(f.unfinished() == 0);
  CHECK(f.get(abc_hash) == "abc");
}

TEST_CASE("a reader begins anywhere and ends with zero", "[storage]") {
  Folder f;
  const auto blob = f.put("0123456789");
  const auto reader = f.blobs->open(blob.hash);
  REQUIRE(reader);
  std::array<char, 4> part{};
  REQUIRE(reader->seek(8));
  CHECK(reader->read(part).value() == 2);
  CHECK(part[0] == '8');
  CHECK(reader->read(part).value() == 0);
  CHECK(reader->seek(10));
  CHECK_FALSE(reader->seek(11));
  REQUIRE(reader->seek(0));
  CHECK(reader->read(part).value() == 4);
}

TEST_CASE("a removed blob is gone, and removing it again is no error", "[storage]") {
  Folder f;
  const auto blob = f.put("abc");
  f.settle();
  const auto reader = f.blobs->open(blob.hash);
  CHECK(f.blobs->remove(blob.hash).value());
  CHECK(f.blobs->remove(blob.hash).value());
  CHECK(f.get(blob.hash) == "(absent)");
  std::array<char, 3> bytes{};
  CHECK(reader->read(bytes).value() == 3);
}

TEST_CASE("bytes that were written again lately are not removed, whoever decided so before", "[storage]") {
  Folder f;
  const auto blob = f.put("abc");
  CHECK_FALSE(f.blobs->remove(blob.hash).value());
  f.settle();
  // Decided to go; the same bytes come in before the file is gone.
  CHECK_FALSE(f.blobs->written_lately(blob.hash));
  f.put("abc");
  CHECK_FALSE(f.blobs->remove(blob.hash).value());
  CHECK(f.get(abc_hash) == "abc");
  f.blobs->age_writes();
  CHECK(f.blobs->written_lately(blob.hash));
  f.blobs->age_writes();
  CHECK(f.blobs->remove(blob.hash).value());
}

TEST_CASE("only a hash names a blob, never a path", "[storage]") {
  Folder f;
  for (const std::string& name : {std::string("../../etc/passwd"), std::string(64, '.'), std::string(64, 'A'),
                                  std::string(), std::string(63, 'a'), "../" + std::string(61, 'a')}) {
    CHECK_FALSE(f.blobs->open(name));
    CHECK_FALSE(f.blobs->remove(name));
  }
}

}  // namespace inboxd::storage
