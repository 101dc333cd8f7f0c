// A disk that fails on demand: between SQLite and its files, the n-th fsync, read or write from an arm() on gives an
// I/O error. Installed as the default while it lives; for tests of one thread. Without arm() it only passes everything
// on.
#pragma once

#include <cstring>
#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace inboxd {

enum class DiskCall { sync, read, write };
/// passing: one call fails. lasting: that one and all that follow, until the disk is healed.
enum class DiskFault { passing, lasting };

class FailingVfs {
 public:
  FailingVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
    vfs_.zName = "failing";
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.pAppData = this;
    vfs_.xOpen = open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int sync) {
      return self(vfs).real_->xDelete(self(vfs).real_, name, sync);
    };
    vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
      return self(vfs).real_->xAccess(self(vfs).real_, name, flags, out);
    };
    vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
      return self(vfs).real_->xFullPathname(self(vfs).real_, name, size, out);
    };
    if (sqlite3_vfs_register(&vfs_, 1) != SQLITE_OK) throw std::runtime_error("the engine takes no other disk");
  }
  ~FailingVfs() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  /// The `nth` call of this kind from now on fails.
  void arm(DiskCall call, int nth, DiskFault fault) {
    call_ = call;
    left_ = nth;
    fault_ = fault;
    failed_ = 0;
  }
  void heal() { left_ = 0; }
  /// How many calls have failed since arm().
  [[nodiscard]] int failed() const { return failed_; }

 private:
  struct File {
    sqlite3_file base;
    FailingVfs* disk;
    [[nodiscard]] sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };

  static FailingVfs& self(sqlite3_vfs* vfs) { return *static_cast<FailingVfs*>(vfs->pAppData); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static const sqlite3_io_methods& methods_of(sqlite3_file* file) { return *of(file).real()->pMethods; }

  bool fails(DiskCall call) {
    if (call != call_ || left_ == 0 || --left_ > 0) return false;
    if (fault_ == DiskFault::lasting) left_ = 1;
    ++failed_;
    return true;
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    auto& opened = of(file);
    opened.base.pMethods = nullptr;
    opened.disk = &self(vfs);
    std::memset(opened.real(), 0, static_cast<std::size_t>(opened.disk->real_->szOsFile));
    const int code = opened.disk->real_->xOpen(opened.disk->real_, name, opened.real(), flags, out);
    if (opened.real()->pMethods != nullptr) opened.base.pMethods = &methods();
    return code;
  }

  static int read(sqlite3_file* file, void* into, int amount, sqlite3_int64 offset) {
    if (of(file).disk->fails(DiskCall::read)) return SQLITE_IOERR_READ;
    return methods_of(file).xRead(of(file).real(), into, amount, offset);
  }
  static int write(sqlite3_file* file, const void* from, int amount, sqlite3_int64 offset) {
    if (!of(file).disk->fails(DiskCall::write)) return methods_of(file).xWrite(of(file).real(), from, amount, offset);
    // As a disk does that breaks half-way: a part of it is there.
    methods_of(file).xWrite(of(file).real(), from, amount / 2, offset);
    return SQLITE_IOERR_WRITE;
  }
  static int sync(sqlite3_file* file, int flags) {
    if (of(file).disk->fails(DiskCall::sync)) return SQLITE_IOERR_FSYNC;
    return methods_of(file).xSync(of(file).real(), flags);
  }

  /// Version 2: the calls for a log in shared memory, none for mapped files, which the store does not use.
  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods forwarded = {
        2,
        [](sqlite3_file* file) { return methods_of(file).xClose(of(file).real()); },
        read,
        write,
        [](sqlite3_file* file, sqlite3_int64 size) { return methods_of(file).xTruncate(of(file).real(), size); },
        sync,
        [](sqlite3_file* file, sqlite3_int64* size) { return methods_of(file).xFileSize(of(file).real(), size); },
        [](sqlite3_file* file, int level) { return methods_of(file).xLock(of(file).real(), level); },
        [](sqlite3_file* file, int level) { return methods_of(file).xUnlock(of(file).real(), level); },
        [](sqlite3_file* file, int* out) { return methods_of(file).xCheckReservedLock(of(file).real(), out); },
        [](sqlite3_file* file, int op, void* arg) { return methods_of(file).xFileControl(of(file).real(), op, arg); },
        [](sqlite3_file* file) { return methods_of(file).xSectorSize(of(file).real()); },
        [](sqlite3_file* file) { return methods_of(file).xDeviceCharacteristics(of(file).real()); },
        [](sqlite3_file* file, int page, int size, int extend, void volatile** out) {
          return methods_of(file).xShmMap(of(file).real(), page, size, extend, out);
        },
        [](sqlite3_file* file, int offset, int n, int flags) {
          return methods_of(file).xShmLock(of(file).real(), offset, n, flags);
        },
        [](sqlite3_file* file) { methods_of(file).xShmBarrier(of(file).real()); },
        [](sqlite3_file* file, int remove) { return methods_of(file).xShmUnmap(of(file).real(), remove); },
        nullptr,
        nullptr,
    };
    return forwarded;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  DiskCall call_ = DiskCall::sync;
  DiskFault fault_ = DiskFault::passing;
  int left_ = 0;
  int failed_ = 0;
};

}  // namespace inboxd
