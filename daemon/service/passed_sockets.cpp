#include "daemon/service/passed_sockets.hpp"

#include <cstdlib>
#include <memory>
#include <string>

#include <systemd/sd-daemon.h>

namespace inboxd::service {
namespace {

/// The list that sd_listen_fds_with_names(3) gives, with its strings.
struct NameList {
  char** names = nullptr;
  int count = 0;

  NameList() = default;
  ~NameList() {
    // sd_listen_fds_with_names(3): the caller frees them so.
    for (int i = 0; i < count && names != nullptr; ++i) std::free(names[i]);  // NOLINT(cppcoreguidelines-no-malloc)
    std::free(static_cast<void*>(names));                                     // NOLINT(cppcoreguidelines-no-malloc)
  }
  NameList(const NameList&) = delete;
  NameList& operator=(const NameList&) = delete;
};

}  // namespace

Result<PassedSockets> take_passed_sockets() {
  NameList list;
  list.count = sd_listen_fds_with_names(1, &list.names);
  if (list.count < 0)
    return Error{ErrorCode::conflict, "the sockets that the service manager passed cannot be taken over", {}};
  PassedSockets passed;
  for (int i = 0; i < list.count; ++i) {
    const std::string name = list.names[i];
    if (name == "api" || name == "inboxd.socket") {
      passed.api.push_back(SD_LISTEN_FDS_START + i);
    } else if (name == "metrics") {
      passed.metrics.push_back(SD_LISTEN_FDS_START + i);
    } else {
      return Error{ErrorCode::conflict,
                   "the service manager passed a socket named \"" + name +
                       "\"; set FileDescriptorName= of its unit to api or metrics",
                   {}};
    }
  }
  return passed;
}

}  // namespace inboxd::service
